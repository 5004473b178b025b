import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { compileDocument } from "../compiler/compileDocument.ts";
import { parseProject } from "../project/parseProject.ts";
import { isTooBigToTry } from "./warmUp.ts";

it.each([
  ["mnist-mlp", false],
  ["lecture-cnn", false],
  ["stacked-lstm", false],
  ["resnet-50", true],
  ["vgg16", true],
  ["u-net", true],
])("a step of %s is too big to try before training: %s", (id, expected) => {
  const path = fileURLToPath(new URL(`../../templates/${id}/project.netloom`, import.meta.url));
  const document = parseProject(readFileSync(path, "utf8"));
  if (!document.ok) throw new Error(document.error[0]?.message);
  const plan = compileDocument(document.value, analyzeDocument(document.value));
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  expect(isTooBigToTry(plan.value, document.value.training.batchSize)).toBe(expected);
});

/**
 * A plan as a TypeScript program for tfjs: `buildModel`, `compileModel`, `loadData` for the bound data and
 * `trainModel`, in one file that compiles under `tsc --strict` and runs in Node.
 */
import type { ModelPlan } from "../compiler/plan.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { TrainingConfig } from "../training/config.ts";
import { headOwnClasses, listOwnClasses } from "./ownLayers.ts";
import { joinParts } from "./printCall.ts";
import { printTypeScriptModel } from "./printTypeScriptModel.ts";
import { safePlan } from "./safePlan.ts";
import { printTypeScriptData } from "./typescriptData.ts";
import * as snippets from "./typescriptSnippets.ts";
import { printCompile, printTraining } from "./typescriptTraining.ts";

export interface PrintOptions {
  readonly training: TrainingConfig;
  /** null, or data that lacks a field the model needs: then `trainModel` takes tensors. */
  readonly data: DataBinding | null;
}

export interface PrintedFile {
  readonly name: string;
  readonly text: string;
}

export function printTypeScript(
  anyPlan: ModelPlan,
  { training, data }: PrintOptions,
): { readonly files: readonly PrintedFile[] } {
  const plan = safePlan(anyPlan);
  const printed = data === null ? null : printTypeScriptData(plan, data);
  const file = `${plan.name}.ts`;
  const needsFiles = printed?.needsFiles ?? false;
  const dataParts = printed?.parts ?? [];
  const text = joinParts([
    printHeader(file, { canRun: printed !== null, needsFiles }),
    printImports({
      needsFiles,
      needsGunzip: printed?.needsGunzip ?? false,
      canRun: printed !== null,
    }),
    ...headOwnClasses(
      listOwnClasses(plan, "tfjs"),
      "// Layers that TensorFlow.js lacks, or lacks an option of.\n",
    ),
    drawsBigOrthogonal(plan) ? snippets.quickenOrthogonal : "",
    ...printTypeScriptModel(plan),
    ...printCompile(plan, training),
    ...dataParts,
    ...(dataParts.includes(snippets.createRandom) ? [] : [snippets.createRandom]),
    ...printTraining(plan, training, {
      hasData: printed !== null,
      needsFiles,
      validation: data?.split.validation ?? 0,
    }),
    printed === null ? "" : printMain(needsFiles),
  ]);
  return { files: [{ name: file, text }] };
}

/** Numbers in a matrix from which on tfjs's orthogonal initializer is noticed: a second for 64 units, a minute for 256. */
const bigMatrix = 64 * 64;

function drawsBigOrthogonal({ layers }: ModelPlan): boolean {
  return layers.some(
    ({ call, weights }) =>
      JSON.stringify(call).includes('"orthogonal"') &&
      weights.some(({ shape }) => shape.reduce((all, size) => all * size, 1) >= bigMatrix),
  );
}

function printHeader(file: string, run: { canRun: boolean; needsFiles: boolean }): string {
  const lines = ["// Made with Netloom.", "// Needs: npm install @tensorflow/tfjs @types/node tsx"];
  if (run.canRun)
    lines.push(`// Run: npx tsx ${file}${run.needsFiles ? " FOLDER_OF_THE_DATA" : ""}`);
  return lines.join("\n");
}

function printImports(needs: {
  needsFiles: boolean;
  needsGunzip: boolean;
  canRun: boolean;
}): string {
  return [
    ...(needs.needsFiles
      ? [`import { readFileSync } from "node:fs";`, `import { join } from "node:path";`]
      : []),
    ...(needs.canRun ? [`import { pathToFileURL } from "node:url";`] : []),
    ...(needs.needsGunzip ? [`import { gunzipSync } from "node:zlib";`] : []),
    `import * as tf from "@tensorflow/tfjs";`,
  ].join("\n");
}

function printMain(needsFiles: boolean): string {
  return `const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  await trainModel(${needsFiles ? `process.argv[2] ?? "."` : ""});
}`;
}

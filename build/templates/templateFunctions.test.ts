/** Templates with blocks: the printed functions build the very model that their layers line by line build. */
import { beforeAll, expect, it } from "vitest";
import { findKerasPython } from "../../shared/codegen/python.testkit.ts";
import {
  compileForPrint,
  describeWithKeras,
  describeWithTfjs,
  type ModelText,
  printBoth,
  type PrintedPair,
} from "../../shared/codegen/sameModels.testkit.ts";
import { templates } from "./allTemplates.ts";
import { reduceTemplate } from "./reduceTemplate.testkit.ts";
import { makeProject } from "./template.ts";

/** Functions that must be there. */
const expected = {
  "resnet-50": ["residual_stage", "identity_unit"],
  "densenet-121": ["dense_unit", "transition"],
  googlenet: ["inception_module", "auxiliary_head"],
  "inception-v3": ["convolution_unit", "inception_a"],
  "mobilenet-v2": ["inverted_residual_unit"],
  "efficientnet-b0": ["squeeze_and_excite"],
  wavenet: ["gated_unit", "gate"],
  "u-net": [],
  "siamese-twin": [],
  "transformer-classifier": ["transformer_layer"],
  "causal-transformer": ["transformer_layer"],
} as const;
const ids = Object.keys(expected);
const python = findKerasPython();
/** Keras takes minutes to build the big ones. */
const inKeras: readonly string[] = ["siamese-twin", "transformer-classifier"];

let pairs: readonly PrintedPair[] = [];
let tfjs: readonly ModelText[] = [];
let keras: readonly ModelText[] = [];

beforeAll(async () => {
  const chosen = ids.flatMap((id) => templates.find((template) => template.id === id) ?? []);
  const documents = await Promise.all(
    chosen.map(async (template) => reduceTemplate(template.id, await makeProject(template))),
  );
  pairs = documents.map((document) => printBoth(compileForPrint(document)));
  tfjs = await describeWithTfjs(
    "template-functions",
    pairs.flatMap(({ typescript, flatTypescript }) => [typescript, flatTypescript]),
  );
  if (python === null) return;
  keras = describeWithKeras(
    python,
    pairs.flatMap((pair, index) =>
      inKeras.includes(ids[index] ?? "") ? [pair.python, pair.flatPython] : [],
    ),
  );
}, 300_000);

it.each(Object.entries(expected).map(([id, names], index) => ({ id, names, index })))(
  "$id is the same model",
  ({ id, names, index }) => {
    for (const name of names) expect(pairs[index]?.python).toContain(`\ndef ${name}(`);
    expect(tfjs[2 * index]).toContain("weights");
    expect(tfjs[2 * index] === tfjs[2 * index + 1]).toBe(true);
    const at = 2 * inKeras.indexOf(id);
    if (python === null || at < 0) return;
    expect(keras[at]).toContain("weights");
    expect(keras[at] === keras[at + 1]).toBe(true);
  },
);

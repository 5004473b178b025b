/** Options of every layer, initializer and the like against the signatures of real Keras: each offered, with its default. */
import { beforeAll, describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import {
  askSignatures,
  findKerasPython,
  type KerasOptions,
  type KerasSignatures,
} from "../codegen/python.testkit.ts";
import { activationNames } from "./activations.ts";
import type { AnyLayerDefinition, LayerCall } from "./defineLayer.ts";
import { recurrentCells } from "./definitions/recurrentCells.ts";
import { readExample } from "./example.testkit.ts";
import { snakeCase } from "./lowerParams.ts";
import { findNamedConfig, type NamedKind, namedTable, type NamedOption } from "./namedConfigs.ts";
import type { ParamSpec } from "./params.ts";
import { readParams, specDefault } from "./readParams.ts";
import { layerDefinitions } from "./registry.ts";
import { shapeFromSizes } from "./shape.ts";

const speed = "changes the speed only";
const smaller = "for a trained model that is tuned further or made smaller, in Keras";
const carried = "a mask comes with the tensor itself: `Shape.isMasked`";
const moving = "statistics over several devices or batches, which tfjs has not";

/** By option, or by layer and option. */
const exceptions: Readonly<Record<string, string>> = {
  name: "the node's name",
  dtype: "everything is computed in float32",
  weights: "weights come from a run or a model file",
  training: "a run says whether it trains",
  mask: carried,
  query_mask: carried,
  value_mask: carried,
  key_mask: carried,
  lora_rank: smaller,
  lora_alpha: smaller,
  quantization_config: smaller,
  gptq_unpacked_column_size: smaller,
  use_cudnn: speed,
  flash_attention: speed,
  input_axes: "for kernels with several input axes; Keras finds them itself in its own layers",
  output_axes: "as input_axes",
};
const layerExceptions: Readonly<Record<string, string>> = {
  "batchNormalization.renorm": moving,
  "batchNormalization.renorm_clipping": moving,
  "batchNormalization.renorm_momentum": moving,
  "batchNormalization.synchronized": moving,
  "bidirectional.backward_layer":
    "two recurrent layers, one of which goes backwards, and a Concatenate say it",
  "categoryEncoding.sparse": "tfjs has no sparse tensors",
  "resizing.fill_mode": 'has one value, "constant"',
  "thresholdedRelu.max_value": "ReLU is a layer of its own here, with all of Keras's options",
  "thresholdedRelu.negative_slope": "as max_value",
  "lstmCell.states": "the RNN around a cell gives it its states",
  "gruCell.states": "as of lstmCell",
  "simpleRnnCell.states": "as of lstmCell",
};
const excuse = (type: string, option: string) =>
  exceptions[option] ?? layerExceptions[`${type}.${option}`];

interface Case {
  readonly type: string;
  readonly definition: AnyLayerDefinition;
  readonly className: string;
  readonly calls: readonly LayerCall[];
}

function readCase(definition: AnyLayerDefinition): readonly Case[] {
  const calls = definition.examples.flatMap((example) => {
    const { call } = readExample(definition, example);
    return call === null ? [] : [call];
  });
  const cell = recurrentCells.includes(definition) ? lowerCell(definition) : [];
  const all = [...calls, ...cell].filter(({ pythonSource }) => pythonSource !== "own");
  const [first] = all;
  if (first === undefined) return [];
  return [{ type: definition.type, definition, className: first.className, calls: all }];
}

function lowerCell(definition: AnyLayerDefinition): readonly LayerCall[] {
  const params = readParams(definition.params, {});
  const call = params.ok ? definition.lower(params.value, [shapeFromSizes([3])]) : null;
  return call === null ? [] : [call];
}

const cases = [...layerDefinitions, ...recurrentCells].flatMap(readCase);

const nameInPython = (name: string, spec: ParamSpec) =>
  spec.pythonName === undefined ? snakeCase(name) : spec.pythonName;

const python = findKerasPython();
const reason = python === null ? " (skipped: no Python with Keras)" : "";

describe.skipIf(python === null)(`against Keras's signatures${reason}`, () => {
  let keras: KerasSignatures;
  beforeAll(() => {
    keras = askSignatures(
      python ?? "",
      cases.map(({ className }) => className),
    );
  }, 480_000);

  test.each(cases.map((each) => [each.type, each] as const))(
    "%s offers every option, with Keras's default",
    (type, { className, definition, calls }) => {
      const signature = keras.layers[className];
      if (!signature) throw new Error(`Keras has no ${className}`);
      const specs = new Map(
        Object.entries(definition.params).map(([name, spec]) => [nameInPython(name, spec), spec]),
      );
      const called = calls.flatMap(({ options }) => options.map(({ pythonName }) => pythonName));
      const wired = calls.flatMap(({ pythonArguments = [] }) => pythonArguments);
      const offered = new Set([...specs.keys(), ...called, ...wired]);
      const wanted = [...Object.keys(signature.init), ...signature.call];
      expect(
        wanted.filter((name) => !offered.has(name) && excuse(type, name) === undefined),
      ).toEqual([]);
      const others = Object.entries(signature.init).flatMap(([name, option]) => {
        const spec = specs.get(name);
        // A required option has no default in Keras, or none that could be built: ours is a start.
        if (spec === undefined || spec.isRequired || !("default" in option)) return [];
        const ours = specDefault(spec);
        return means(spec, ours, option.default ?? null) ? [] : [{ name, ours, keras: option }];
      });
      expect(others).toEqual([]);
    },
  );

  test("no reason is out of date", () => {
    const missing = cases.flatMap(({ type, className, definition }) => {
      const { init = {}, call = [] } = keras.layers[className] ?? {};
      const specs = Object.entries(definition.params).map(([name, spec]) =>
        nameInPython(name, spec),
      );
      return [...Object.keys(init), ...call]
        .filter((name) => !specs.includes(name))
        .flatMap((name) => [name, `${type}.${name}`]);
    });
    const named = (["initializers", "regularizers", "constraints"] as const).flatMap((table) =>
      Object.values(keras[table]).flatMap((options) => Object.keys(options)),
    );
    const reasons = [...Object.keys(exceptions), ...Object.keys(layerExceptions)];
    expect(reasons.filter((name) => ![...missing, ...named].includes(name))).toEqual([]);
  });

  const namedExceptions: Readonly<Record<string, string>> = {
    STFT: "a fixed table of waves for spectrograms, which no layer here takes",
    OrthogonalRegularizer: "for matrices only, so that most layers here could not take it",
  };

  test.each([
    ["initializers", "initializer"],
    ["regularizers", "regularizer"],
    ["constraints", "constraint"],
  ] as const)("every one of %s, with its options and defaults", (table, kind) => {
    const missing = Object.entries(keras[table]).flatMap(([className, options]) => {
      const name = findNamed(kind, className);
      if (name === null) return className in namedExceptions ? [] : [className];
      const ours = findNamedConfig(kind, name)?.options ?? {};
      return compareNamed(className, options, ours);
    });
    expect(missing).toEqual([]);
  });

  const activationExceptions: Readonly<Record<string, string>> = {
    glu: "halves an axis, so that no layer with units could take it; Split and Multiply say it",
    threshold: "needs two numbers, which a name can't give; ThresholdedReLU and ReLU take them",
    sparsemax:
      "Keras 3.15 gives 0.03, 0, 0 for 0.5, 0.4, 0.1, which the paper's leaves as they are",
    silu: "another name of swish",
    hard_swish: "another name of hard_silu",
  };

  test("every activation, by name", () => {
    const ours: readonly string[] = activationNames.map(snakeCase);
    const theirs = Object.keys(keras.activations);
    expect(
      theirs.filter((name) => !ours.includes(name) && !(name in activationExceptions)),
    ).toEqual([]);
    expect(ours.filter((name) => !theirs.includes(name))).toEqual([]);
  });
});

function findNamed(kind: NamedKind, className: string): string | null {
  const found = Object.entries(namedTable(kind)).find(([, spec]) => spec.className === className);
  return found?.[0] ?? null;
}

function compareNamed(
  className: string,
  theirs: KerasOptions,
  ours: Readonly<Record<string, NamedOption>>,
): readonly string[] {
  return Object.entries(theirs).flatMap(([name, option]) => {
    if (name in exceptions) return [];
    const entry = Object.entries(ours).find(([key]) => snakeCase(key) === name)?.[1];
    if (entry === undefined) return [`${className}.${name}`];
    const initial = typeof entry.default === "string" ? snakeCase(entry.default) : entry.default;
    return initial === (option.default ?? null) ? [] : [`${className}.${name} is ${initial}`];
  });
}

/** Whether two ways of writing a default say the same. */
function means(spec: ParamSpec, ours: JsonValue, keras: JsonValue): boolean {
  // What Keras leaves open is decided by its configuration or by the layer; both are what stands here.
  if (keras === null)
    return (
      ours === null || ours === "" || isEmpty(ours) || ours === "linear" || ours === "channelsLast"
    );
  if (spec.kind === "initializer")
    return meansInitializer(spec.default.name, typeof keras === "string" ? keras : "");
  // One number for every axis or side, written once or at each.
  if (typeof keras === "number" || Array.isArray(keras)) {
    const [left, right] = [flatten(ours), flatten(keras)];
    return JSON.stringify(left) === JSON.stringify(right) || isSameOne(left, right);
  }
  return (typeof ours === "string" ? snakeCase(ours) : ours) === keras;
}

function meansInitializer(name: string, keras: string): boolean {
  const aliases: Readonly<Record<string, string>> = { uniform: "random_uniform", Zeros: "zeros" };
  return findNamedConfig("initializer", name)?.pythonId === (aliases[keras] ?? keras);
}

const isEmpty = (value: JsonValue) => Array.isArray(value) && value.length === 0;

function flatten(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).flatMap(flatten) : [value];
}

function isSameOne(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  return new Set([...left, ...right]).size === 1;
}

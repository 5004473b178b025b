import type { JsonObject, JsonValue } from "../base/json.ts";

/** Turns a file of one version into the next. The file is checked only after the last step. */
export interface Migration {
  readonly from: number;
  /** "Nodes got a size": for the change's own file and its test with a stored old file. */
  readonly title: string;
  migrate(file: JsonObject): JsonObject;
}

/** In order, and for ever. The next change of the file's shape adds `{ from: 3, … }` here. */
export const migrations: readonly Migration[] = [
  {
    from: 1,
    title: "Blocks, variables and frames; a GRU resets after the product unless told otherwise",
    migrate(file) {
      const { models, data, training, ...head } = file;
      const main = isObject(models) ? models["main"] : undefined;
      return {
        ...head,
        variables: [],
        models:
          isObject(models) && isObject(main)
            ? { ...models, main: { ...main, ...keepGrus(main["nodes"]), frames: [] } }
            : {},
        blocks: [],
        ...(data === undefined ? {} : { data }),
        ...(training === undefined ? {} : { training }),
      };
    },
  },
  {
    from: 2,
    title:
      "Training has schedules, clipping, accumulation, weights, checkpoints; optimizers all options",
    migrate(file) {
      const { training, ...rest } = file;
      if (training === undefined) return rest;
      return { ...rest, training: isObject(training) ? completeTraining(training) : training };
    },
  },
];

/** What version 2 did where it said nothing: so a migrated project trains as before. */
function completeTraining(training: JsonObject): JsonObject {
  const { procedure, optimizer, batchSize, epochs, seed, shuffle, earlyStopping, ...rest } =
    training;
  return {
    ...pick({ procedure }),
    ...pick({ optimizer: isObject(optimizer) ? completeOptimizer(optimizer) : optimizer }),
    schedule: { kind: "constant" },
    clipping: null,
    accumulation: 1,
    batching: "mini-batch",
    ...pick({ batchSize, epochs, seed, shuffle }),
    classWeights: "none",
    sampleWeightField: null,
    ...pick({ earlyStopping }),
    keepBest: null,
    checkpoints: { everyMinutes: 5, everySteps: null },
    precision: "float32",
    ...rest,
  };
}

function completeOptimizer(optimizer: JsonObject): JsonObject {
  const { name } = optimizer;
  const hasEpsilon = name !== "sgd" && name !== "momentum";
  return {
    ...optimizer,
    ...(name === "adagrad" ? { initialAccumulator: 0.1 } : {}),
    ...(name === "rmsprop" ? { centered: false } : {}),
    ...(hasEpsilon ? { epsilon: 1e-7 } : {}),
    ...(name === "adam" ? { amsgrad: false } : {}),
    weightDecay: 0,
  };
}

/** A key that the file lacks stays away, so that reading it tells what is missing. */
function pick(values: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

/** Version 1 knew only GRUs that reset before the product, which was the default then. */
function keepGrus(nodes: JsonValue | undefined): JsonObject {
  if (!Array.isArray(nodes)) return {};
  return { nodes: nodes.map((node: JsonValue) => (isObject(node) ? keepGru(node) : node)) };
}

/** Also inside a Bidirectional or TimeDistributed. */
function keepGru(layer: JsonObject): JsonObject {
  const params = isObject(layer["params"]) ? layer["params"] : {};
  if (layer["type"] === "gru") return { ...layer, params: { resetAfter: false, ...params } };
  const inner = params["layer"];
  return isObject(inner) ? { ...layer, params: { ...params, layer: keepGru(inner) } } : layer;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Brings a file up to `to`; null where a step is missing. */
export function migrateFile(
  file: JsonObject,
  options: { readonly to: number; readonly migrations: readonly Migration[] },
): JsonObject | null {
  let current = file;
  while (current["version"] !== options.to) {
    const from = current["version"];
    const step = options.migrations.find((migration) => migration.from === from);
    if (step === undefined || typeof from !== "number") return null;
    current = { ...step.migrate(current), version: from + 1 };
  }
  return current;
}

import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { migrateFile, migrations } from "./migrations.ts";

test("a GRU of version 1 goes on resetting before the product, also where it is wrapped", () => {
  const gru = (params: { readonly [name: string]: number | boolean }) => ({ type: "gru", params });
  const nodes = [
    { id: "a", ...gru({ units: 3 }) },
    { id: "b", type: "bidirectional", params: { mergeMode: "sum", layer: gru({ units: 2 }) } },
    { id: "c", type: "lstm", params: { units: 3 } },
  ];
  const file = { version: 1, models: { main: { nodes, edges: [], notes: [] } } };
  const migrated = migrateFile(file, { to: 2, migrations });
  expect(migrated?.["models"]).toMatchObject({
    main: {
      nodes: [
        { id: "a", ...gru({ units: 3, resetAfter: false }) },
        {
          id: "b",
          params: { mergeMode: "sum", layer: gru({ units: 2, resetAfter: false }) },
        },
        nodes[2],
      ],
    },
  });
});

test("training of version 2 keeps what it said and is told what it left unsaid", () => {
  const optimizers: readonly [JsonObject, JsonObject][] = [
    [{ name: "sgd" }, { weightDecay: 0 }],
    [{ name: "momentum", momentum: 0.5 }, { weightDecay: 0 }],
    [{ name: "adagrad" }, { initialAccumulator: 0.1, epsilon: 1e-7, weightDecay: 0 }],
    [
      { name: "adadelta", rho: 0.5 },
      { epsilon: 1e-7, weightDecay: 0 },
    ],
    [
      { name: "rmsprop", rho: 0.5 },
      { centered: false, epsilon: 1e-7, weightDecay: 0 },
    ],
    [
      { name: "adam", beta1: 0.5 },
      { epsilon: 1e-7, amsgrad: false, weightDecay: 0 },
    ],
    [
      { name: "adamax", beta1: 0.5 },
      { epsilon: 1e-7, weightDecay: 0 },
    ],
  ];
  for (const [before, added] of optimizers) {
    const file = { version: 2, training: { optimizer: before, epochs: 7, batchSize: 3 } };
    const migrated = migrateFile(file, { to: 3, migrations });
    expect(migrated?.["training"]).toMatchObject({ epochs: 7, batchSize: 3, accumulation: 1 });
    expect(Object(migrated?.["training"]).optimizer).toEqual({ ...before, ...added });
  }
});

test("what a broken file of version 2 lacks or got wrong is still told when it is read", () => {
  const migrate = (training: JsonValue) =>
    migrateFile({ version: 2, training }, { to: 3, migrations })?.["training"];
  expect(migrate(7)).toBe(7);
  expect(migrate({})).not.toHaveProperty("epochs");
  expect(migrate({ colour: "red" })).toHaveProperty("colour", "red");
});

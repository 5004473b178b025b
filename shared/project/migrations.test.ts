import { expect, test } from "vitest";
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

import { beforeAll, describe, expect, it } from "vitest";
import { type DrawnNode, drawDocument } from "../blocks/blocks.testkit.ts";
import { selectBackend } from "../engine/selectBackend.ts";
import type { StoredParams } from "../layers/params.ts";
import { grownLayers } from "./growDocument.testkit.ts";
import { tryDocument, tryOptions } from "./tryDocument.testkit.ts";

const rounds = 10;

type Sizes = readonly (number | null)[];

beforeAll(async () => {
  await selectBackend("cpu");
});

describe("a layer with options drawn at random", () => {
  it.each(grownLayers.map((definition) => [definition.type, definition] as const))(
    "%s is to tfjs what it is to analysis",
    (_type, definition) => {
      const trials = Array.from({ length: rounds }, (_, seed) => tryOptions(definition, seed));
      expect(trials.flatMap(({ faults }) => faults)).toEqual([]);
    },
  );

  it("is valid more often than not", () => {
    const trials = grownLayers.map((definition) => tryOptions(definition, rounds));
    const valid = trials.filter(({ isValid }) => isValid).length;
    expect(valid).toBeGreaterThan(trials.length / 2);
  });
});

/** What once was valid to analysis and then failed in tfjs, each behind a layer that is trained. */
const mended: readonly (readonly [
  fault: string,
  shape: readonly number[],
  type: string,
  params: StoredParams,
])[] = [
  ["one step of time has a gradient", [1, 3], "lstm", { units: 2 }],
  [
    "one step of a layer over time has a gradient",
    [1, 3],
    "timeDistributed",
    { layer: { type: "dense", params: { units: 2 } } },
  ],
  ["one category is encoded", [4], "categoryEncoding", { numTokens: 1, outputMode: "oneHot" }],
];

describe("a layer used again for other sizes", () => {
  const uses = grownLayers.flatMap((definition) =>
    definition.examples.map((example) => [definition.type, example] as const),
  );
  const changes: Readonly<Record<string, (sizes: Sizes) => Sizes>> = {
    "of the first axis": ([first = null, ...more]) => [first === null ? null : first + 1, ...more],
    "with an axis more": (sizes) => [3, ...sizes],
    "just the same": (sizes) => sizes,
  };

  it.each(Object.entries(changes))("%s is to tfjs what it is to analysis", (_label, change) => {
    const faults = uses.flatMap(([type, example]) => {
      const nodes: Record<string, DrawnNode> = {};
      const wires: string[] = [];
      for (const use of ["first", "second"]) {
        for (const [index, sizes] of example.inputs.entries()) {
          const known = sizes.map((size) => size ?? 5);
          const dtype = example.inputDTypes?.[index] ?? example.inputDType ?? "float32";
          const shape = [...(use === "first" ? known : change(known))];
          const batch = example.batch === undefined ? {} : { batchSize: example.batch };
          nodes[`${use}${index}`] = ["input", { shape, dtype, ...batch }];
          wires.push(`${use}${index}>${use}`);
        }
        const shares = use === "first" ? {} : { shares: "first" };
        nodes[use] = [type, example.params, shares];
        nodes[`${use}Out`] = ["output", { loss: "meanSquaredError" }];
        wires.push(`${use}>${use}Out`);
      }
      const label = `${type} ${JSON.stringify(example.params)} on ${JSON.stringify(example.inputs)}`;
      const trial = tryDocument(label, drawDocument({ nodes, wires }));
      return trial.isValid ? trial.faults : [];
    });
    expect(faults).toEqual([]);
  });
});

describe("what random options have found", () => {
  it("an output that is also the state is read twice", () => {
    for (const type of ["gru", "lstm", "simpleRnn"]) {
      const document = drawDocument({
        nodes: {
          x: ["input", { shape: [4, 3] }],
          layer: [type, { units: 2, returnState: true }],
          norm: ["dense", { units: 2 }],
          sum: "add",
          y: ["output", { loss: "meanSquaredError" }],
        },
        wires: ["x>layer", "layer>norm", "norm>sum", "layer:1>sum", "sum>y"],
      });
      expect(tryDocument(type, document)).toEqual({ isValid: true, faults: [] });
    }
  });

  it.each(mended)("%s", (label, shape, type, params) => {
    const isWhole = type === "categoryEncoding";
    const document = drawDocument({
      nodes: {
        x: ["input", { shape: [...shape], dtype: isWhole ? "int32" : "float32" }],
        ...(isWhole ? {} : { before: ["dense", { units: 3 }] as const }),
        layer: [type, params],
        y: ["output", { loss: "meanSquaredError" }],
      },
      wires: [...(isWhole ? ["x>layer"] : ["x>before", "before>layer"]), "layer>y"],
    });
    expect(tryDocument(label, document)).toEqual({ isValid: true, faults: [] });
  });
});

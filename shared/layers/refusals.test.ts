/** What layers refuse: the words a person reads, the option to blame, the fixes. */
import { describe, expect, test } from "vitest";
import type { FixHint, ShapeIssue } from "./defineLayer.ts";
import type { StoredParams } from "./params.ts";
import { readParams } from "./readParams.ts";
import { findLayer } from "./registry.ts";
import { type DType, type Shape, shapeFromSizes } from "./shape.ts";

type Sizes = readonly (number | null)[];

function infer(type: string, params: StoredParams, inputs: readonly Shape[]) {
  const definition = findLayer(type);
  if (definition === null) throw new Error(`no layer ${type}`);
  const read = readParams(definition.params, params);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return definition.inferShape(read.value, inputs);
}

function refuse(type: string, params: StoredParams, sizes: Sizes, dtype?: DType): ShapeIssue {
  const result = infer(type, params, [shapeFromSizes(sizes, dtype)]);
  if (result.ok) throw new Error(`${type} took ${JSON.stringify(sizes)}`);
  return result.error;
}

const insertReshape = (...targetShape: number[]): FixHint => ({
  kind: "insert",
  type: "reshape",
  params: { targetShape },
  input: 0,
});

describe("inputs of the wrong rank", () => {
  const image = "an image with three axes, height × width × channels";
  const sequence = "a sequence with two axes, time × features";
  test.each([
    ["conv2d", [784], image, [insertReshape(28, 28, 1)]],
    ["conv2d", [3072], image, [insertReshape(32, 32, 3)]],
    ["conv2d", [28, 28], image, [insertReshape(28, 28, 1)]],
    ["maxPooling2d", [10], image, []],
    ["globalAveragePooling2d", [64], image, [insertReshape(8, 8, 1)]],
    ["lstm", [28, 28, 3], sequence, [insertReshape(28, 84)]],
    ["gru", [60], sequence, [insertReshape(60, 1)]],
    ["conv1d", [null], sequence, []],
    ["bidirectional", [12], sequence, [insertReshape(12, 1)]],
  ] as const)("%s on %j needs %s", (type, sizes, needs, hints) => {
    expect(refuse(type, {}, sizes)).toEqual({ code: "rank", needs, input: 0, hints });
  });

  test("keeps channels first where the layer wants them first", () => {
    const issue = refuse("conv2d", { dataFormat: "channelsFirst" }, [784]);
    expect(issue.hints).toEqual([insertReshape(1, 28, 28)]);
  });
});

describe("windows larger than the input", () => {
  test("name the least size and offer padding or a smaller window", () => {
    expect(refuse("conv2d", { kernelSize: [5, 5] }, [4, 9, 1])).toEqual({
      code: "size",
      needs: "an image of at least 5 × 5",
      input: 0,
      param: "kernelSize",
      hints: [
        { kind: "setParam", param: "padding", value: "same", title: "Set padding to same" },
        {
          kind: "setParam",
          param: "kernelSize",
          value: [4, 5],
          title: "Use a kernel of 4 × 5",
        },
      ],
    });
  });

  test("count what dilation adds", () => {
    expect(refuse("conv1d", { kernelSize: [3], dilationRate: [4] }, [8, 2])).toMatchObject({
      needs: "a sequence of at least 9 steps",
      hints: [{}, { value: [2] }],
    });
  });

  test("are a pool's too", () => {
    expect(refuse("maxPooling2d", {}, [1, 1, 8])).toMatchObject({
      code: "size",
      param: "poolSize",
      needs: "an image of at least 2 × 2",
    });
  });

  test.each(["conv2d", "depthwiseConv2d", "averagePooling2d"])("fit with each fix: %s", (type) => {
    const name = type === "averagePooling2d" ? "poolSize" : "kernelSize";
    const params = { [name]: [6, 6] };
    const { hints = [] } = refuse(type, params, [5, 5, 2]);
    expect(hints).toHaveLength(2);
    for (const hint of hints) {
      if (hint.kind !== "setParam") throw new Error("an insert was not expected");
      const input = [shapeFromSizes([5, 5, 2])];
      expect(infer(type, { ...params, [hint.param]: hint.value }, input).ok).toBe(true);
    }
  });
});

describe("what TensorFlow.js and Keras do not both have", () => {
  test.each([
    ["conv2d", { strides: [2, 2], dilationRate: [2, 2] }, [9, 9, 1], "dilationRate"],
    ["depthwiseConv2d", { strides: [1, 2] }, [9, 9, 1], "strides"],
    ["separableConv2d", { strides: [2, 1] }, [9, 9, 1], "strides"],
    ["depthwiseConv1d", { strides: [2], dilationRate: [2] }, [9, 1], "dilationRate"],
    ["conv2d", { groups: 3 }, [9, 9, 6], "groups"],
    ["conv1d", { groups: 4, filters: 8 }, [9, 6], "groups"],
    ["conv2dTranspose", { outputPadding: [1, 1] }, [4, 4, 1], "outputPadding"],
    ["conv1dTranspose", { strides: [2], dilationRate: [2] }, [4, 1], "dilationRate"],
    ["lstm", { stateful: true }, [4, 2], "stateful"],
    ["rnn", { stateful: true }, [4, 2], "stateful"],
    ["convLstm2d", { stateful: true }, [4, 5, 5, 1], "stateful"],
    ["simpleRnn", { unroll: true }, [null, 2], "unroll"],
    [
      "rnn",
      {
        cells: [
          { type: "lstmCell", params: {} },
          { type: "gruCell", params: {} },
        ],
        returnState: true,
      },
      [4, 2],
      "returnState",
    ],
  ] as const)("%s %j is refused", (type, params, sizes, param) => {
    const issue = refuse(type, params, sizes);
    expect(issue).toMatchObject({ code: "parameter", param });
    expect(issue.needs).toMatch(/^'s .* must be .*/);
    for (const hint of issue.hints ?? []) {
      if (hint.kind !== "setParam") throw new Error("an insert was not expected");
      const input = [shapeFromSizes(sizes)];
      expect(infer(type, { ...params, [hint.param]: hint.value }, input).ok).toBe(true);
    }
  });
});

describe("types of numbers", () => {
  test("an Embedding wants whole ones", () => {
    expect(refuse("embedding", {}, [10])).toMatchObject({ code: "dtype", input: 0 });
  });
  test("windows and recurrent layers want decimals", () => {
    for (const type of ["conv1d", "lstm", "averagePooling1d"]) {
      expect(refuse(type, {}, [10, 2], "int32")).toMatchObject({ code: "dtype" });
    }
  });
});

describe("wrapped layers", () => {
  test("tell the inner layer's trouble as their own, with the fix inside", () => {
    const layer = { type: "conv2d", params: { filters: 2, kernelSize: [5, 5] } };
    expect(refuse("timeDistributed", { layer }, [3, 4, 4, 1])).toMatchObject({
      code: "size",
      needs: "an image of at least 5 × 5 at every step",
      param: "layer",
      hints: [
        { param: "layer", value: { type: "conv2d", params: { filters: 2, padding: "same" } } },
        { param: "layer", value: { params: { kernelSize: [4, 4] } } },
      ],
    });
  });

  test("name a wrong option of the inner layer", () => {
    const issue = refuse(
      "bidirectional",
      { layer: { type: "lstm", params: { units: 0 } } },
      [4, 2],
    );
    expect(issue.needs).toBe("'s LSTM has a wrong option: Units must be 1 or more, got 0");
  });

  test.each([
    ["timeDistributed", "dense", "Dense"],
    ["bidirectional", "lstm", "LSTM"],
  ])("have no activity regularizer in %s", (type, inner, title) => {
    const layer = { type: inner, params: { activityRegularizer: { name: "l1" } } };
    expect(refuse(type, { layer }, [4, 2])).toMatchObject({
      param: "layer",
      needs: `'s ${title} must have no activity regularizer: put an ActivityRegularization behind instead`,
      hints: [{ value: { type: inner, params: { activityRegularizer: null } } }],
    });
  });

  test("take a stateful layer only where the batch is fixed", () => {
    const layer = { type: "gru", params: { stateful: true } };
    const issue = refuse("bidirectional", { layer }, [4, 2]);
    expect(issue.needs).toMatch(/^'s stateful must be off where the batch size is not fixed/);
    expect(issue.hints).toMatchObject([{ param: "layer", value: { params: { stateful: false } } }]);
    const fixed = { ...shapeFromSizes([4, 2]), batch: 8 };
    expect(infer("bidirectional", { layer }, [fixed])).toMatchObject({ value: { batch: 8 } });
  });

  test("have one output inside TimeDistributed", () => {
    const layer = { type: "lstm", params: { returnState: true } };
    expect(refuse("timeDistributed", { layer }, [3, 4, 2]).needs).toBe(
      "'s layer must have one output: let it return no states",
    );
  });

  test("name the cell of a stack that has a wrong option", () => {
    const cells = [
      { type: "lstmCell", params: {} },
      { type: "gruCell", params: { units: 0 } },
    ];
    expect(refuse("rnn", { cells }, [4, 2])).toMatchObject({
      param: "cells",
      needs: "'s cell 2, GRUCell, has a wrong option: Units must be 1 or more, got 0",
    });
  });

  test("offer a Reshape for one flat axis", () => {
    expect(refuse("timeDistributed", {}, [7]).hints).toEqual([
      { kind: "insert", type: "reshape", params: { targetShape: [7, 1] } },
    ]);
  });
});

describe("first states", () => {
  const sequence = shapeFromSizes([4, 2]);
  const state = shapeFromSizes([8]);

  test("fit where they have as many features as the layer has units", () => {
    for (const [type, count] of [
      ["lstm", 2],
      ["gru", 1],
      ["simpleRnn", 1],
      ["rnn", 2],
    ] as const) {
      const params = type === "rnn" ? rnnOf(8) : { units: 8 };
      const inputs = [sequence, ...Array.from({ length: count }, () => state)];
      expect(infer(type, params, inputs).ok, type).toBe(true);
    }
  });

  test("of another size offer the units that fit", () => {
    expect(infer("gru", { units: 5 }, [sequence, state])).toMatchObject({
      error: {
        code: "size",
        input: 1,
        needs: "a first state h of 5 features, as many as it has units",
        hints: [{ param: "units", value: 8 }],
      },
    });
    expect(infer("lstm", { units: 8 }, [sequence, state, sequence])).toMatchObject({
      error: { code: "rank", input: 2 },
    });
  });

  test("come together or not at all", () => {
    for (const [type, params] of [
      ["lstm", { units: 8 }],
      ["rnn", rnnOf(8)],
    ] as const)
      expect(infer(type, params, [sequence, state])).toMatchObject({
        error: { code: "merge", needs: expect.stringMatching(/^all its first states \(h and c\)/) },
      });
  });

  test("of a ConvLSTM2D are images like its output", () => {
    const film = shapeFromSizes([3, 6, 5, 1]);
    const params = { filters: 2, padding: "same" };
    const frame = shapeFromSizes([6, 5, 2]);
    expect(infer("convLstm2d", params, [film, frame, frame]).ok).toBe(true);
    expect(infer("convLstm2d", params, [film, frame, state])).toMatchObject({
      error: {
        code: "size",
        input: 2,
        needs: "a first state of 6 × 5 × 2, like one frame of its output",
      },
    });
  });

  function rnnOf(units: number): StoredParams {
    return { cells: [{ type: "lstmCell", params: { units } }] };
  }
});

describe("masked steps", () => {
  const masked = infer("embedding", { maskZero: true }, [shapeFromSizes([9], "int32")]);
  if (!masked.ok) throw new Error("the Embedding refused its input");

  test.each([
    ["lstm", {}, false],
    ["lstm", { returnSequences: true }, true],
    ["bidirectional", { layer: { type: "gru", params: { returnSequences: true } } }, true],
    ["rnn", { returnSequences: true }, true],
    ["masking", {}, true],
    ["timeDistributed", { layer: { type: "dense", params: {} } }, true],
    ["dropout", {}, true],
    ["dense", {}, true],
    ["globalAveragePooling1d", {}, false],
  ] as const)("%s %j takes them; passed on: %j", (type, params, isMasked) => {
    const output = infer(type, params, [masked.value]);
    expect(output.ok && (output.value.isMasked ?? false)).toBe(isMasked);
  });

  test.each(["conv1d", "globalMaxPooling1d", "flatten", "output", "batchNormalization"])(
    "%s does not take them",
    (type) => {
      const output = infer(type, {}, [masked.value]);
      expect(output).toMatchObject({ ok: false, error: { code: "axis", input: 0 } });
    },
  );
});

/** What becomes of masks where sequences meet, and which layers plain tfjs can still load. */
import { describe, expect, test } from "vitest";
import type { StoredParams } from "./params.ts";
import { readParams } from "./readParams.ts";
import { findLayer } from "./registry.ts";
import { type Shape, shapeFromSizes } from "./shape.ts";

function use(type: string, stored: StoredParams, inputs: readonly Shape[]) {
  const definition = findLayer(type);
  const params = definition && readParams(definition.params, stored);
  if (!definition || !params?.ok) throw new Error(`${type} ${JSON.stringify(stored)}`);
  const output = definition.inferShape(params.value, inputs);
  if (!output.ok) throw new Error(`${type} needs ${output.error.needs}`);
  return { output: output.value, call: definition.lower(params.value, inputs) };
}

const plain = shapeFromSizes([5, 4]);
const masked: Shape = { ...plain, isMasked: true };

describe("masks of sequences that meet", () => {
  test.each<[string, StoredParams, readonly Shape[], boolean]>([
    ["multiHeadAttention", {}, [masked, masked], true],
    ["multiHeadAttention", {}, [masked, plain], true],
    ["multiHeadAttention", {}, [plain, masked], false],
    ["attention", {}, [masked, plain, plain], true],
    ["additiveAttention", {}, [plain, masked], false],
    ["add", {}, [masked, masked], true],
    ["multiply", {}, [masked, plain], false],
    ["concatenate", {}, [masked, masked], true],
    ["concatenate", {}, [masked, plain], false],
    ["concatenate", { axis: 1 }, [plain, masked], true],
    ["positionEmbedding", {}, [masked], true],
    ["layerNormalization", {}, [masked], true],
    ["leakyRelu", {}, [masked], true],
    ["activation", { activation: "hardSilu" }, [masked], true],
  ])("%s %j of %j: passed on %j", (type, params, inputs, isPassed) => {
    expect(use(type, params, inputs).output.isMasked ?? false).toBe(isPassed);
  });

  test("reach attention with the tensors they belong to", () => {
    const { call } = use("multiHeadAttention", {}, [plain, masked, masked]);
    expect(call?.tfjsInputCalls?.map((before) => before?.className ?? null)).toEqual([
      null,
      "MaskFeature",
      "MaskFeature",
    ]);
    expect(call?.options.find(({ tfjsName }) => tfjsName === "maskedInputs")?.value).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("a class of our own stands in only where tfjs's cannot", () => {
  const image = shapeFromSizes([8, 8, 3]);
  test.each<[string, StoredParams, readonly Shape[], boolean]>([
    ["batchNormalization", {}, [image], false],
    ["batchNormalization", { scale: false }, [image], true],
    ["batchNormalization", { axis: 1 }, [image], true],
    ["batchNormalization", { trainable: false }, [image], true],
    ["layerNormalization", {}, [plain], false],
    ["layerNormalization", { center: false }, [plain], true],
    ["relu", { maxValue: 6 }, [image], false],
    ["relu", { negativeSlope: 0.1 }, [image], true],
    ["elu", {}, [image], false],
    ["elu", { alpha: 2 }, [image], true],
    ["leakyRelu", {}, [image], false],
    ["softmax", {}, [plain], false],
    ["softmax", { axis: 1 }, [plain], true],
    ["activation", { activation: "gelu" }, [plain], false],
    ["activation", { activation: "hardSigmoid" }, [plain], true],
    ["add", {}, [plain, plain], false],
    ["add", {}, [masked, masked], true],
    ["dot", {}, [plain, plain], false],
    ["dot", {}, [image, shapeFromSizes([3])], true],
    ["spatialDropout3d", {}, [shapeFromSizes([2, 2, 2, 3])], false],
  ])("%s %j on %j: %j", (type, params, inputs, isOwn) => {
    expect(use(type, params, inputs).call?.tfjsSource === "own").toBe(isOwn);
  });
});

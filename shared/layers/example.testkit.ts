/** Turns an example of a definition into a plan of one layer, with inputs and weights to run it on. */
import { assertNever } from "../base/assertNever.ts";
import { nodeId } from "../base/ids.ts";
import { createRandom, type Random } from "../base/random.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { AnyLayerDefinition, LayerCall, LayerExample, WeightSpec } from "./defineLayer.ts";
import type { Params, ParamSpecs } from "./params.ts";
import { readParams } from "./readParams.ts";
import { type DType, shapeFromSizes, type Shape } from "./shape.ts";

export interface ReadExample {
  readonly title: string;
  readonly definition: AnyLayerDefinition;
  readonly example: LayerExample;
  readonly params: Params<ParamSpecs>;
  readonly inputs: readonly Shape[];
  /** One per output port. */
  readonly outputs: readonly [Shape, ...Shape[]];
  readonly weights: readonly WeightSpec[];
  readonly call: LayerCall | null;
}

/** Throws where the definition does not accept its own example. */
export function readExample(definition: AnyLayerDefinition, example: LayerExample): ReadExample {
  const title = `${definition.type} ${JSON.stringify(example.params)} on ${JSON.stringify(example.inputs)}`;
  const read = readParams(definition.params, example.params);
  if (!read.ok) throw new Error(`${title}: ${JSON.stringify(read.error)}`);
  const inputs = example.inputs.map((sizes, index): Shape => {
    const shape = shapeFromSizes(sizes, example.inputDTypes?.[index] ?? example.inputDType);
    return example.batch === undefined ? shape : { ...shape, batch: example.batch };
  });
  const output = definition.inferShape(read.value, inputs);
  if (!output.ok) throw new Error(`${title}: needs ${output.error.needs}`);
  const more = definition.inferMoreShapes?.(read.value, inputs, output.value) ?? [];
  return {
    title,
    definition,
    example,
    params: read.value,
    inputs,
    outputs: [output.value, ...more],
    weights: definition.weights(read.value, inputs),
    call: definition.lower(read.value, inputs),
  };
}

/** Every output of the layer is an output of the model. */
export function planExample({ inputs, outputs, weights }: ReadExample, call: LayerCall): ModelPlan {
  return {
    name: "example",
    inputs: inputs.map((shape, index) => ({
      id: nodeId(`x${index}`),
      name: `x${index}`,
      shape,
      field: "",
    })),
    layers: [
      {
        id: nodeId("layer"),
        name: "tested",
        call,
        path: [],
        inputs: inputs.map((_shape, index) => ({ layer: `x${index}`, port: 0 })),
        outputShapes: outputs,
        sharedWith: null,
        weights,
      },
    ],
    outputs: outputs.map((shape, port) => ({
      id: nodeId(`y${port}`),
      name: `y${port}`,
      source: { layer: "tested", port },
      shape,
      target: "",
      loss: "meanSquaredError",
      lossWeight: 1,
      metrics: [],
    })),
  };
}

export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/**
 * A batch of two for every input, where none is fixed; unknown sizes become 6. Whole numbers 0 to 3 for int32, 0 and 1
 * for bool (1, which is "not masked", twice as often).
 */
export function drawInputs(read: Pick<ReadExample, "title" | "inputs">): readonly Values[] {
  const random = createRandom(read.title);
  return read.inputs.map((shape) =>
    drawValues([shape.batch ?? 2, ...shape.axes.map(({ size }) => size ?? 6)], () =>
      drawInput(random, shape.dtype),
    ),
  );
}

function drawInput(random: Random, dtype: DType): number {
  switch (dtype) {
    case "int32":
      return random.nextInt(4);
    case "bool":
      return random.nextInt(3) === 0 ? 0 : 1;
    case "float32":
      return 2 * random.nextNormal();
    default:
      return assertNever(dtype);
  }
}

/** Weights of moderate size; variances are positive. */
export function drawWeights(read: Pick<ReadExample, "title" | "weights">): readonly Values[] {
  const random = createRandom(`weights of ${read.title}`);
  return read.weights.map(({ name, shape }) => drawValues(shape, () => drawWeight(random, name)));
}

function drawWeight(random: Random, name: string): number {
  return name.endsWith("variance") ? 0.5 + random.next() : random.next() - 0.4;
}

function drawValues(shape: readonly number[], draw: () => number): Values {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Array.from({ length: count }, () => Math.fround(draw())) };
}

/** Turns an example of a definition into a plan of one layer, with inputs and weights to run it on. */
import { nodeId } from "../base/ids.ts";
import { createRandom, type Random } from "../base/random.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { AnyLayerDefinition, LayerCall, LayerExample, WeightSpec } from "./defineLayer.ts";
import type { Params, ParamSpecs } from "./params.ts";
import { readParams } from "./readParams.ts";
import { shapeFromSizes, type Shape } from "./shape.ts";

export interface ReadExample {
  readonly title: string;
  readonly definition: AnyLayerDefinition;
  readonly example: LayerExample;
  readonly params: Params<ParamSpecs>;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly weights: readonly WeightSpec[];
  readonly call: LayerCall | null;
}

/** Throws where the definition does not accept its own example. */
export function readExample(definition: AnyLayerDefinition, example: LayerExample): ReadExample {
  const title = `${definition.type} ${JSON.stringify(example.params)} on ${JSON.stringify(example.inputs)}`;
  const read = readParams(definition.params, example.params);
  if (!read.ok) throw new Error(`${title}: ${JSON.stringify(read.error)}`);
  const inputs = example.inputs.map((sizes) => shapeFromSizes(sizes, example.inputDType));
  const output = definition.inferShape(read.value, inputs);
  if (!output.ok) throw new Error(`${title}: needs ${output.error.needs}`);
  return {
    title,
    definition,
    example,
    params: read.value,
    inputs,
    output: output.value,
    weights: definition.weights(read.value, inputs),
    call: definition.lower(read.value, inputs),
  };
}

export function planExample({ inputs, output, weights }: ReadExample, call: LayerCall): ModelPlan {
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
        outputShapes: [output],
        sharedWith: null,
        weights,
      },
    ],
    outputs: [
      {
        id: nodeId("y"),
        name: "y",
        source: { layer: "tested", port: 0 },
        shape: output,
        target: "",
        loss: "meanSquaredError",
        lossWeight: 1,
        metrics: [],
      },
    ],
  };
}

export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A batch of two for every input; unknown sizes become 6. Whole numbers 0 to 3 for int32. */
export function drawInputs(read: Pick<ReadExample, "title" | "inputs">): readonly Values[] {
  const random = createRandom(read.title);
  return read.inputs.map((shape) =>
    drawValues([2, ...shape.axes.map(({ size }) => size ?? 6)], () =>
      shape.dtype === "int32" ? random.nextInt(4) : 2 * random.nextNormal(),
    ),
  );
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

/** Small graphs as plans: several inputs, several outputs of a layer, outputs wired by port. Throws where shapes don't fit. */
import { nodeId } from "../base/ids.ts";
import type { ModelPlan, PlanLayer, PlanTensor } from "../compiler/plan.ts";
import type { WeightSpec } from "./defineLayer.ts";
import type { StoredParams } from "./params.ts";
import { readParams } from "./readParams.ts";
import { findLayer } from "./registry.ts";
import { type DType, type Shape, shapeFromSizes } from "./shape.ts";

export interface GraphInput {
  readonly name: string;
  readonly sizes: readonly (number | null)[];
  readonly dtype?: DType;
  readonly batch?: number;
}

/** Its name, type and options, and what it reads: "encoder", or "encoder:1" for its second output. */
export type GraphLink = readonly [
  name: string,
  type: string,
  params: StoredParams,
  sources: readonly string[],
];

export interface TestGraph {
  readonly title: string;
  readonly plan: ModelPlan;
  readonly inputs: readonly Shape[];
  /** In the order of `model.getWeights()`. */
  readonly weights: readonly WeightSpec[];
}

export function graphOf(
  title: string,
  inputs: readonly GraphInput[],
  links: readonly GraphLink[],
  outputs: readonly string[],
): TestGraph {
  const shapes = new Map<string, readonly Shape[]>();
  const inputShapes = inputs.map(({ name, sizes, dtype, batch }) => {
    const sized = shapeFromSizes(sizes, dtype);
    const shape = batch === undefined ? sized : { ...sized, batch };
    shapes.set(name, [shape]);
    return shape;
  });
  const find = (text: string): { readonly tensor: PlanTensor; readonly shape: Shape } => {
    const [layer = "", port = "0"] = text.split(":");
    const shape = shapes.get(layer)?.[Number(port)];
    if (shape === undefined) throw new Error(`${title}: nothing gives ${text}`);
    return { tensor: { layer, port: Number(port) }, shape };
  };
  const layers = links.map(([name, type, stored, sources]): PlanLayer => {
    const definition = findLayer(type);
    const read = definition && readParams(definition.params, stored);
    if (!definition || !read?.ok) throw new Error(`${title}: ${name} has wrong options`);
    const found = sources.map(find);
    const given = found.map(({ shape }) => shape);
    const first = definition.inferShape(read.value, given);
    if (!first.ok) throw new Error(`${title}: ${name} needs ${first.error.needs}`);
    const more = definition.inferMoreShapes?.(read.value, given, first.value) ?? [];
    const call = definition.lower(read.value, given);
    if (call === null) throw new Error(`${title}: ${name} is no call`);
    shapes.set(name, [first.value, ...more]);
    return {
      id: nodeId(name),
      name,
      path: [],
      call,
      inputs: found.map(({ tensor }) => tensor),
      outputShapes: [first.value, ...more],
      weights: definition.weights(read.value, given),
      sharedWith: null,
    };
  });
  const weights = layers.flatMap((layer) => layer.weights);
  return {
    title,
    inputs: inputShapes,
    weights: [
      ...weights.filter(({ isTrainable }) => isTrainable),
      ...weights.filter(({ isTrainable }) => !isTrainable),
    ],
    plan: {
      name: "graph",
      inputs: inputs.map(({ name }, index) => ({
        id: nodeId(name),
        name,
        shape: inputShapes[index] ?? shapeFromSizes([]),
        field: "",
      })),
      layers,
      outputs: outputs.map((text, index) => ({
        id: nodeId(`y${index}`),
        name: `y${index}`,
        source: find(text).tensor,
        shape: find(text).shape,
        target: "",
        loss: "meanSquaredError",
        lossWeight: 1,
        metrics: [],
      })),
    },
  };
}

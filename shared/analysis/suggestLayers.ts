import type { NodeId } from "../base/ids.ts";
import { isBlockPort } from "../document/blockType.ts";
import type { ModelGraph } from "../document/model.ts";
import type { StoredParams } from "../layers/params.ts";
import { layerDefinitions } from "../layers/registry.ts";
import type { Shape } from "../layers/shape.ts";
import { tryLayer } from "./analyzeNode.ts";
import { createFixContext } from "./fixContext.ts";
import { proposeOutput } from "./outputHead.ts";
import type { GraphAnalysis } from "./types.ts";

export interface LayerSuggestion {
  readonly type: string;
  /** Options that make it fit, beside the defaults. */
  readonly params?: StoredParams;
  /** null where it depends on further inputs (merges). */
  readonly outputShape: Shape | null;
}

/** Which layers can stand behind an output of a node, the usual ones first. Empty while the node's shape isn't known. */
export function suggestLayers(
  graph: ModelGraph,
  analysis: GraphAnalysis,
  source: NodeId,
  port = 0,
): readonly LayerSuggestion[] {
  const shape = analysis.nodes[source]?.outputShapes[port] ?? null;
  if (shape === null) return [];
  const params = proposeOutput(createFixContext(graph, new Map()), source);
  return suggestAfter(shape).map((suggestion) =>
    suggestion.type === "output" ? { ...suggestion, params } : suggestion,
  );
}

function suggestAfter(shape: Shape): readonly LayerSuggestion[] {
  const usual = usualOrder(shape.axes.length);
  const rank = new Map(usual.map((type, index) => [type, index]));
  const found: LayerSuggestion[] = [];
  for (const { type, inputs } of layerDefinitions) {
    if (inputs.max === 0 || isBlockPort(type)) continue;
    if (inputs.min > 1) {
      // A merge fits if it would take the same shape twice.
      if (tryLayer(type, {}, [shape, shape]) !== null) found.push({ type, outputShape: null });
      continue;
    }
    for (const params of listParams(type, shape)) {
      const outputShape = tryLayer(type, params, [shape]);
      if (outputShape === null) continue;
      const isDefault = Object.keys(params).length === 0;
      found.push({ type, outputShape, ...(isDefault ? {} : { params }) });
      break;
    }
  }
  // Stable: what is not usual keeps the palette's order.
  return found.toSorted(
    (left, right) => (rank.get(left.type) ?? usual.length) - (rank.get(right.type) ?? usual.length),
  );
}

/** Settings to try: the defaults, then what would make the layer fit this shape. */
function listParams(type: string, shape: Shape): readonly StoredParams[] {
  const sizes = shape.axes.map(({ size }) => size);
  const known = sizes.filter((size) => size !== null);
  if (known.length < sizes.length) return [{}];
  const count = known.reduce((product, size) => product * size, 1);
  if (type === "reshape") {
    const side = Math.sqrt(count);
    const isSquare = sizes.length === 1 && Number.isInteger(side) && side > 1;
    const [first = 1] = known;
    if (isSquare) return [{ targetShape: [side, side, 1] }];
    return [{ targetShape: sizes.length === 1 ? [first, 1] : [first, count / first] }];
  }
  if (type === "permute") {
    const dims = sizes.map((_, index) => index + 1);
    return [{ dims: [...dims.slice(1), ...dims.slice(0, 1)] }, {}];
  }
  return [{}, { padding: "same" }];
}

function usualOrder(rank: number): readonly string[] {
  switch (rank) {
    case 1:
      return ["dense", "dropout", "output", "batchNormalization", "activation", "reshape"];
    case 2:
      return [
        "lstm",
        "conv1d",
        "gru",
        "dense",
        "maxPooling1d",
        "flatten",
        "globalAveragePooling1d",
      ];
    case 3:
      return [
        "conv2d",
        "maxPooling2d",
        "flatten",
        "batchNormalization",
        "globalAveragePooling2d",
        "relu",
        "dropout",
        "add",
      ];
    default:
      return ["flatten"];
  }
}

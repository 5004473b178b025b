import type { NodeId } from "../base/ids.ts";
import type { DatasetSummary, FieldSpec } from "../datasets/dataset.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { createNamer } from "../document/makeNode.ts";
import type { GraphEdge, GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import type { StoredParams } from "../layers/params.ts";
import { sizesOf } from "../layers/shape.ts";
import { type TrainingConfig, defaultTraining } from "../training/config.ts";
import { wishForClasses, wishForNumbers } from "./checkData.ts";

type Step = readonly [type: string, params: StoredParams];

const columnWidth = 240;
const rowHeight = 82;
/** With Adam's default rate, fewer steps than about this leave even an easy table half learnt. */
const wantedSteps = 600;
const mostEpochs = 100;

/**
 * A first small network for an empty graph: an Input for each group of features, the layers usual for its axes (Dense
 * for a row, LSTM for a series, Conv2D for an image), and a Dense with an Output for each target; and more epochs where
 * the samples are few. null where the data has no features or no target, or something is drawn already.
 */
export function draftGraphForData(
  { graph, training }: ProjectDocument,
  summary: DatasetSummary,
): DocumentEdit | null {
  const features = summary.fields.filter((field) => field.role === "feature");
  const targets = summary.fields.filter((field) => field.role === "target");
  if (features.length === 0 || targets.length === 0) return null;
  if (Object.keys(graph.nodes).length > 0) return null;
  const hasTargetPerStep = targets.some((target) => target.shape.axes.length === 2);
  const { nodes, edges, add } = createSketch(graph);

  const branches = features.map((feature, column) => {
    const steps = [inputFor(feature, features.length), ...bodyFor(feature, hasTargetPerStep)];
    let end: NodeId | null = null;
    steps.forEach((step, row) => {
      end = add(step, { column, row }, end === null ? [] : [end]);
    });
    return { end, height: steps.length };
  });
  const ends = branches.flatMap(({ end }) => (end === null ? [] : [end]));
  let row = Math.max(...branches.map(({ height }) => height));
  const middle = (features.length - 1) / 2;
  const joined =
    ends.length === 1 ? ends : [add(["concatenate", {}], { column: middle, row: row++ }, ends)];
  const body = add(["dense", { units: 16, activation: "relu" }], { column: middle, row }, joined);

  targets.forEach((target, index) => {
    const wish = target.classes ? wishForClasses(target.classes.length) : wishForNumbers(target);
    const { units = 1, activation = "linear", loss = "meanSquaredError", metrics = [] } = wish;
    const column = middle + index - (targets.length - 1) / 2;
    const head = add(["dense", { units, activation }], { column, row: row + 1 }, [body]);
    const named = targets.length > 1 ? { target: target.name } : {};
    add(["output", { loss, metrics, ...named }], { column, row: row + 2 }, [head]);
  });
  const draw: DocumentEdit = { kind: "addFragment", nodes, edges, notes: [] };
  const epochs = chooseEpochs(training, summary.trainCount);
  if (epochs === training.epochs) return draw;
  const train: DocumentEdit = { kind: "setTraining", change: { epochs } };
  return { kind: "batch", label: "Draw a network for the data", edits: [draw, train] };
}

/** A number that was chosen stays as it is. */
function chooseEpochs({ epochs, batchSize }: TrainingConfig, trainCount: number): number {
  if (epochs !== defaultTraining.epochs) return epochs;
  const stepsPerEpoch = Math.max(1, Math.ceil(trainCount / batchSize));
  const wanted = Math.ceil(wantedSteps / stepsPerEpoch / 10) * 10;
  return Math.min(mostEpochs, Math.max(epochs, wanted));
}

function inputFor(feature: FieldSpec, count: number): Step {
  const named = count > 1 ? { field: feature.name } : {};
  return ["input", { shape: sizesOf(feature.shape), ...named }];
}

function bodyFor({ shape }: FieldSpec, hasTargetPerStep: boolean): readonly Step[] {
  const sizes = sizesOf(shape);
  if (sizes.length <= 1) return [["dense", { units: 16, activation: "relu" }]];
  if (sizes.length === 2) {
    return [["lstm", { units: 32, ...(hasTargetPerStep ? { returnSequences: true } : {}) }]];
  }
  // Below four pixels a 3 × 3 convolution leaves nothing to pool.
  const isImage = sizes.length === 3 && sizes.slice(0, 2).every((size) => (size ?? 0) >= 4);
  const convolution: readonly Step[] = [
    ["conv2d", { filters: 16, kernelSize: [3, 3], activation: "relu" }],
    ["maxPooling2d", {}],
  ];
  return [...(isImage ? convolution : []), ["flatten", {}]];
}

function createSketch(graph: ModelGraph) {
  const namer = createNamer(graph);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const add = (
    [type, params]: Step,
    { column, row }: { readonly column: number; readonly row: number },
    sources: readonly NodeId[],
  ): NodeId => {
    const position = { x: column * columnWidth, y: row * rowHeight };
    const { id, name } = namer.nameNode(type);
    nodes.push({ id, type, name, params, position });
    sources.forEach((source, slot) => {
      edges.push({ id: namer.nameEdge(), source, target: id, slot });
    });
    return id;
  };
  return { nodes, edges, add };
}

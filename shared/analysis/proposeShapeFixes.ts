import type { FixHint, ShapeIssue } from "../layers/defineLayer.ts";
import type { StoredParams } from "../layers/params.ts";
import { findLayer } from "../layers/registry.ts";
import { type Shape, countValues } from "../layers/shape.ts";
import type { GraphEdge, GraphNode } from "../document/model.ts";
import { readNodeParams, tryLayer } from "./analyzeNode.ts";
import {
  type FixContext,
  type Remedy,
  insertRemedy,
  joinWords,
  makeRemedy,
  removeNodesRemedy,
  rowHeight,
  setParamRemedy,
  titleOf,
} from "./fixContext.ts";

const maxFixes = 3;

/**
 * Repairs for a node whose inputs don't fit. Each one is tried out on the shapes at hand before it is offered; those
 * that the layer itself proposes come first.
 */
export function proposeShapeFixes(
  context: FixContext,
  node: GraphNode,
  issue: ShapeIssue,
): readonly Remedy[] {
  if (!context.mayPropose()) return [];
  const wires = readWires(context, node);
  const found: Remedy[] = [];
  const titles = new Set<string>();
  for (const remedy of listCandidates(context, node, wires, issue)) {
    if (titles.has(remedy.title)) continue;
    titles.add(remedy.title);
    found.push(remedy);
    if (found.length === maxFixes) break;
  }
  return found;
}

interface Wire {
  readonly edge: GraphEdge;
  readonly shape: Shape;
}

function readWires(context: FixContext, node: GraphNode): readonly Wire[] {
  return context.incoming(node.id).flatMap((edge) => {
    const shape = context.shapeOf(edge.source, edge.port);
    return shape === null ? [] : [{ edge, shape }];
  });
}

/** Lazy: only as many are tried out as are offered. */
function* listCandidates(
  context: FixContext,
  node: GraphNode,
  wires: readonly Wire[],
  issue: ShapeIssue,
): Generator<Remedy> {
  const inputs = wires.map((wire) => wire.shape);
  const fitsWith = (index: number, shape: Shape) =>
    tryLayer(node.type, node.params, inputs.with(index, shape)) !== null;
  const all = wires.map((_, index) => index);
  const accused = all.filter((index) => issue.input === undefined || issue.input === index);
  // Of several inputs that don't go together, any may be the one to change; the one at fault is tried first.
  const suspects =
    issue.code === "merge" ? [...accused, ...all.filter((i) => !accused.includes(i))] : accused;

  yield* doWithoutFlatten(context, node, wires, issue);
  for (const index of suspects) yield* endMask(context, wires, index, fitsWith);
  for (const index of suspects) yield* changeSource(context, wires, index, fitsWith);
  for (const hint of issue.hints ?? []) yield* followHint(context, node, wires, hint, fitsWith);
  for (const index of suspects) {
    const wire = wires[index];
    if (wire === undefined) continue;
    for (const { type, params } of listInsertions(wire.shape, wires)) {
      const shape = tryLayer(type, params, [wire.shape]);
      if (shape !== null && fitsWith(index, shape)) {
        yield insertRemedy(context, wire.edge, type, params);
      }
    }
  }
  if (issue.code === "parameter") yield* resetOption(node, inputs, issue);
  yield* changeOptions(context, node, inputs);
  if (wires.length > 1) {
    yield* flattenAll(context, node, wires);
    if (node.type !== "concatenate" && tryLayer("concatenate", {}, inputs) !== null) {
      yield makeRemedy("use Concatenate instead", `Replace ${node.name} by Concatenate`, () => ({
        kind: "replaceType",
        node: node.id,
        type: "concatenate",
        params: {},
      }));
    }
  }
}

type FitsWith = (index: number, shape: Shape) => boolean;

/** Repairs at the layer before: return sequences, an Input of whole numbers, a Flatten too early. */
function* changeSource(
  context: FixContext,
  wires: readonly Wire[],
  index: number,
  fitsWith: FitsWith,
): Generator<Remedy> {
  const wire = wires[index];
  const source = wire === undefined ? undefined : context.graph.nodes[wire.edge.source];
  if (wire === undefined || source === undefined) return;
  const sourceInputs = readWires(context, source).map(({ shape }) => shape);
  const withParams = (params: StoredParams) =>
    tryLayer(source.type, { ...source.params, ...params }, sourceInputs);

  const known = readNodeParams(source);
  if (known?.["returnSequences"] === false) {
    const shape = withParams({ returnSequences: true });
    if (shape !== null && fitsWith(index, shape)) {
      yield setParamRemedy(context, source.id, { returnSequences: true }, "Return sequences");
    }
  }
  if (source.type === "bidirectional")
    yield* returnInnerSequences(context, source, withParams, (shape) => fitsWith(index, shape));
  if (source.type === "input") {
    const dtype = known?.["dtype"] === "int32" ? "float32" : "int32";
    const shape = withParams({ dtype });
    if (shape !== null && fitsWith(index, shape)) {
      yield setParamRemedy(context, source.id, { dtype }, `Set the data type to ${dtype}`);
    }
  }
  const [before] = readWires(context, source);
  const isOnlyReader = context.outgoing(source.id).length === 1;
  if (
    isCollapsing(source) &&
    isOnlyReader &&
    before !== undefined &&
    fitsWith(index, before.shape)
  ) {
    yield removeNodesRemedy(context, [source.id], { heal: true });
  }
}

/** A mask that the layer can't take, ended where it begins: at an Embedding or a Masking. */
function* endMask(
  context: FixContext,
  wires: readonly Wire[],
  index: number,
  fitsWith: FitsWith,
): Generator<Remedy> {
  const wire = wires[index];
  if (wire?.shape.isMasked !== true) return;
  const { isMasked: _, ...plain } = wire.shape;
  if (!fitsWith(index, plain)) return;
  let source = context.graph.nodes[wire.edge.source];
  for (let steps = 0; source !== undefined && steps < 100; steps++) {
    const before = context
      .incoming(source.id)
      .find((edge) => context.shapeOf(edge.source, edge.port)?.isMasked === true);
    if (before === undefined) break;
    source = context.graph.nodes[before.source];
  }
  if (source?.type === "embedding") {
    yield setParamRemedy(context, source.id, { maskZero: false }, "Switch mask zero off");
  } else if (source?.type === "masking") {
    yield removeNodesRemedy(context, [source.id], { heal: true });
  }
}

/** Nothing left to flatten or pool: take it away. An axis of unknown size to flatten: average over it. */
function* doWithoutFlatten(
  context: FixContext,
  node: GraphNode,
  wires: readonly Wire[],
  issue: ShapeIssue,
): Generator<Remedy> {
  const [only] = wires;
  if (only === undefined || wires.length > 1 || !isCollapsing(node)) return;
  const fitsReaders = (shape: Shape) =>
    context.outgoing(node.id).every(({ target }) => {
      const reader = context.graph.nodes[target];
      if (reader === undefined || context.incoming(target).length !== 1) return false;
      return tryLayer(reader.type, reader.params, [shape]) !== null;
    });
  if (issue.code === "rank" && fitsReaders(only.shape)) {
    yield removeNodesRemedy(context, [node.id], { heal: true });
  }
  if (issue.code !== "unknown-size") return;
  for (const type of ["globalAveragePooling1d", "globalAveragePooling2d"]) {
    const shape = tryLayer(type, {}, [only.shape]);
    if (shape === null || !fitsReaders(shape)) continue;
    const title = titleOf(type);
    yield makeRemedy(`use ${title} instead`, `Replace ${node.name} by ${title}`, () => ({
      kind: "replaceType",
      node: node.id,
      type,
      params: {},
    }));
  }
}

/** Layers that only take axes away. */
function isCollapsing(node: GraphNode): boolean {
  return node.type === "flatten" || node.type.startsWith("global");
}

function* returnInnerSequences(
  context: FixContext,
  source: GraphNode,
  withParams: (params: StoredParams) => Shape | null,
  fits: (shape: Shape) => boolean,
): Generator<Remedy> {
  const inner = readNodeParams(source)?.["layer"];
  // A wrapped layer is `{ type, params }`; readParams has checked that.
  if (typeof inner !== "object" || inner === null || !("params" in inner)) return;
  const { type, params } = inner as { type: string; params: StoredParams };
  const layer = { type, params: { ...params, returnSequences: true } };
  const shape = withParams({ layer });
  if (shape !== null && fits(shape)) {
    yield setParamRemedy(context, source.id, { layer }, "Return sequences");
  }
}

function* followHint(
  context: FixContext,
  node: GraphNode,
  wires: readonly Wire[],
  hint: FixHint,
  fitsWith: FitsWith,
): Generator<Remedy> {
  switch (hint.kind) {
    case "insert": {
      const index = hint.input ?? 0;
      const wire = wires[index];
      if (wire === undefined) return;
      const shape = tryLayer(hint.type, hint.params ?? {}, [wire.shape]);
      if (shape !== null && fitsWith(index, shape)) {
        yield insertRemedy(context, wire.edge, hint.type, hint.params ?? {});
      }
      return;
    }
    case "setParam": {
      const params = { [hint.param]: hint.value };
      const inputs = wires.map((wire) => wire.shape);
      if (tryLayer(node.type, { ...node.params, ...params }, inputs) !== null) {
        yield setParamRemedy(context, node.id, params, hint.title);
      }
      return;
    }
  }
}

/** Layers that might turn a shape into what is wanted, the likeliest first. */
function listInsertions(
  shape: Shape,
  wires: readonly Wire[],
): readonly { readonly type: string; readonly params: StoredParams }[] {
  const plain = (type: string) => ({ type, params: {} });
  const reshape = (...targetShape: readonly number[]) => ({
    type: "reshape",
    params: { targetShape },
  });
  const sizes = shape.axes.map(({ size }) => size);
  const known = sizes.filter((size) => size !== null);
  const isKnown = known.length === sizes.length;
  const [first = 1, second = 1, third = 1] = known;
  const matching = wires
    .filter((wire) => wire.shape !== shape)
    .flatMap((wire) => matchShape(shape, wire.shape));
  switch (sizes.length) {
    case 0:
      return [reshape(1)];
    case 1:
      return [...matching, ...(isKnown ? [reshape(first, 1)] : []), plain("embedding")];
    case 2:
      return [
        plain("flatten"),
        plain("globalAveragePooling1d"),
        ...matching,
        ...(isKnown ? [reshape(first, second, 1)] : []),
      ];
    case 3:
      return [
        // Where a merge stretches a size of 1, pooling to it would fit but not be meant.
        ...matching,
        plain("flatten"),
        plain("globalAveragePooling2d"),
        ...(isKnown ? [reshape(first, second * third)] : []),
      ];
    default:
      return [plain("flatten"), ...matching];
  }
}

/** What would make one input of a merge like another. */
function matchShape(
  from: Shape,
  to: Shape,
): readonly { readonly type: string; readonly params: StoredParams }[] {
  const toSizes = to.axes.map(({ size }) => size);
  const fromSizes = from.axes.map(({ size }) => size);
  const last = toSizes.at(-1) ?? null;
  const found: { readonly type: string; readonly params: StoredParams }[] = [];
  const sameRank = toSizes.length === fromSizes.length;
  if (sameRank && last !== null && toSizes.length <= 2) {
    found.push({ type: "dense", params: { units: last } });
  }
  if (sameRank && toSizes.length === 3 && last !== null) {
    const ratios = [0, 1].map((index) => (fromSizes[index] ?? 1) / (toSizes[index] ?? 1));
    const [height = 1, width = 1] = ratios;
    if (height === width && Number.isInteger(height) && height >= 1) {
      found.push({
        type: "conv2d",
        params: { filters: last, kernelSize: [1, 1], strides: [height, height] },
      });
    }
    const up = [1 / height, 1 / width];
    if (up.every((ratio) => Number.isInteger(ratio) && ratio > 1)) {
      found.push({ type: "upSampling2d", params: { size: up } });
    }
  }
  const count = countValues(to);
  if (count !== null && count === countValues(from)) {
    found.push({ type: "reshape", params: { targetShape: toSizes.map((size) => size ?? 1) } });
  }
  return found;
}

/** The one option whose default would do; the one at fault is tried first. */
function* resetOption(
  node: GraphNode,
  inputs: readonly Shape[],
  issue: ShapeIssue,
): Generator<Remedy> {
  const specs = findLayer(node.type)?.params ?? {};
  const names = Object.keys(node.params).toSorted(
    (left, right) => Number(right === issue.param) - Number(left === issue.param),
  );
  for (const name of names) {
    const { [name]: _, ...rest } = node.params;
    if (tryLayer(node.type, rest, inputs) === null) continue;
    const label = (Object.hasOwn(specs, name) ? specs[name]?.label : null)?.toLowerCase() ?? name;
    yield makeRemedy(`reset ${label}`, `Reset ${label} of ${node.name} to its default`, () => ({
      kind: "resetParams",
      node: node.id,
      params: [name],
    }));
  }
}

/** A window that is too large, whatever the layer says of it. */
function* changeOptions(
  context: FixContext,
  node: GraphNode,
  inputs: readonly Shape[],
): Generator<Remedy> {
  const params = findLayer(node.type)?.params ?? {};
  const tries: { readonly params: StoredParams; readonly title: string }[] = [];
  if (Object.hasOwn(params, "padding")) {
    tries.push({ params: { padding: "same" }, title: "Set padding to same" });
  }
  for (const name of ["kernelSize", "poolSize"]) {
    const spec = params[name];
    if (spec?.kind !== "intTuple") continue;
    const size = Array.from({ length: spec.length }, () => 1);
    tries.push({ params: { [name]: size }, title: `Use a window of ${size.join(" × ")}` });
  }
  for (const attempt of tries) {
    if (tryLayer(node.type, { ...node.params, ...attempt.params }, inputs) !== null) {
      yield setParamRemedy(context, node.id, attempt.params, attempt.title);
    }
  }
}

/** Inputs of different rank meet as plain features. */
function* flattenAll(
  context: FixContext,
  node: GraphNode,
  wires: readonly Wire[],
): Generator<Remedy> {
  const long = wires.filter(({ shape }) => shape.axes.length > 1);
  const flat = wires.map(({ shape }) =>
    shape.axes.length > 1 ? tryLayer("flatten", {}, [shape]) : shape,
  );
  const shapes = flat.filter((shape) => shape !== null);
  if (long.length < 2 || shapes.length < flat.length) return;
  if (tryLayer(node.type, node.params, shapes) === null) return;
  const names = joinWords(long.map(({ edge }) => context.nameOf(edge.source)));
  yield makeRemedy(`insert ${titleOf("flatten")}`, `Insert Flatten behind ${names}`, () => ({
    kind: "batch",
    label: "Insert Flatten",
    edits: long.map(({ edge }, index) => {
      const { x, y } = context.graph.nodes[edge.source]?.position ?? node.position;
      const flatten = context.makeNode("flatten", { x, y: y + rowHeight }, {}, index);
      const newEdge = context.newEdgeId(index);
      return { kind: "insertOnEdge", edge: edge.id, node: flatten, newEdge };
    }),
  }));
}

/** Fewer units, where that makes a layer small enough to be built. */
export function proposeSmaller(context: FixContext, node: GraphNode): readonly Remedy[] {
  if (!context.mayPropose()) return [];
  const inputs = readWires(context, node).map(({ shape }) => shape);
  for (const [name, spec] of Object.entries(findLayer(node.type)?.params ?? {})) {
    if (!sizeParams.has(name)) continue;
    const sizes = spec.kind === "intTuple" ? [] : [1024, 256, 64, 16, 4];
    const doubled = spec.kind === "intTuple" ? Array.from({ length: spec.length }, () => 2) : [];
    const values: readonly (number | readonly number[])[] = [
      ...sizes,
      ...(doubled.length > 0 ? [doubled] : []),
    ];
    const value = values.find(
      (entry) => tryLayer(node.type, { ...node.params, [name]: entry }, inputs) !== null,
    );
    if (value === undefined) continue;
    const shown = typeof value === "number" ? String(value) : value.join(" × ");
    return [
      setParamRemedy(
        context,
        node.id,
        { [name]: value },
        `Set ${spec.label.toLowerCase()} to ${shown}`,
      ),
    ];
  }
  return [];
}

const sizeParams: ReadonlySet<string> = new Set(["units", "filters", "outputDim", "n", "size"]);

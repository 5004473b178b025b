import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { type Random, createRandom } from "../base/random.ts";
import {
  type BlockDrawing,
  type DrawnNode,
  type Drawing,
  drawDocument,
} from "../blocks/blocks.testkit.ts";
import { listOutputPorts } from "../blocks/nodeType.ts";
import type { ProjectDocument } from "../document/model.ts";
import type { AnyLayerDefinition } from "../layers/defineLayer.ts";
import type { StoredParams } from "../layers/params.ts";
import { drawOptions } from "./drawOptions.testkit.ts";
import { readParams } from "../layers/readParams.ts";
import { layerDefinitions } from "../layers/registry.ts";

/** All that computes: whatever is registered. */
export const grownLayers: readonly AnyLayerDefinition[] = layerDefinitions.filter(
  ({ category }) => category !== "io",
);

const inputShapes: readonly (readonly number[])[] = [
  [6],
  [12],
  [7, 3],
  [9, 4],
  [8, 8, 2],
  [9, 6, 3],
  [4, 6, 6, 2],
];

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.nextInt(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

interface Draft {
  readonly nodes: Record<string, DrawnNode>;
  readonly wires: string[];
  /** Outputs that further nodes may take: `name` or `name:port`. */
  readonly ends: string[];
}

/**
 * A document grown at random: layers mostly behind what they fit, now and then one that doesn't; half of them with blocks
 * in blocks, repeated, frozen and shared, with expressions, muted nodes and further outputs of layers.
 */
export function growDocument(seed: number): ProjectDocument {
  const random = createRandom(`document ${seed}`);
  const isCareful = seed % 4 > 0;
  const blocks = random.nextInt(2) === 0 ? {} : growBlocks(random);
  const variables = { width: 2 + random.nextInt(3) };
  const draft: Draft = { nodes: {}, wires: [], ends: [] };
  for (let count = 1 + random.nextInt(2); count > 0; count--) {
    const dtype = random.nextInt(5) === 0 ? "int32" : "float32";
    const batch = random.nextInt(6) === 0 ? { batchSize: 2 } : {};
    const name = `in${count}`;
    draft.nodes[name] = ["input", { shape: [...pick(random, inputShapes)], dtype, ...batch }];
    draft.ends.push(name);
  }
  const steps = 1 + random.nextInt(7);
  for (let step = 0; step < steps; step++) {
    for (let attempt = 0; attempt < 12; attempt++) {
      const isFirst = attempt === 0;
      // Each kind of layer gets its turn, also among the careless ones.
      const turn = Math.floor(seed / 4) + step * 7;
      const wanted = isFirst ? grownLayers[turn % grownLayers.length] : undefined;
      const tried = addNode(random, draft, { blocks, name: `n${step}`, wanted });
      const errors = isCareful ? countErrors(tried, blocks, variables) : 0;
      if (errors > 0) continue;
      Object.assign(draft.nodes, tried.nodes);
      draft.wires.splice(0, Infinity, ...tried.wires);
      draft.ends.splice(0, Infinity, ...tried.ends);
      break;
    }
  }
  return drawDocument(finish(draft, random), blocks, variables);
}

function finish(draft: Draft, random: Random): Drawing {
  const params = { loss: "meanSquaredError" };
  const nodes: Record<string, DrawnNode> = { ...draft.nodes, out: ["output", params] };
  const wires = [...draft.wires, `${draft.ends.at(-1) ?? ""}>out`];
  // What is muted would give the very tensor that the other output has already.
  const other = draft.ends.slice(0, -1).findLast((end) => !end.startsWith("in"));
  const hasMuted = Object.values(draft.nodes).some((drawn) => drawn[2] !== undefined);
  if (other !== undefined && !hasMuted && random.nextInt(3) === 0) {
    nodes["side"] = ["output", params];
    wires.push(`${other}>side`);
  }
  return { nodes, wires };
}

function countErrors(
  draft: Draft,
  blocks: Readonly<Record<string, BlockDrawing>>,
  variables: Readonly<Record<string, number>>,
): number {
  const nodes = { ...draft.nodes, out: ["output", { loss: "meanSquaredError" }] as const };
  const wires = [...draft.wires, `${draft.ends.at(-1) ?? ""}>out`];
  const { diagnostics } = analyzeDocument(drawDocument({ nodes, wires }, blocks, variables));
  return diagnostics.filter(({ severity }) => severity === "error").length;
}

interface Addition {
  readonly blocks: Readonly<Record<string, BlockDrawing>>;
  readonly name: string;
  readonly wanted: AnyLayerDefinition | undefined;
}

function addNode(random: Random, draft: Draft, addition: Addition): Draft {
  const { name, blocks, wanted } = addition;
  const last = draft.ends.at(-1) ?? "";
  const further = draft.ends.filter((end) => end.includes(":"));
  const first = further.length > 0 && random.nextInt(4) > 0 ? pick(random, further) : last;
  const sources = [first, ...Array.from({ length: 3 }, () => pick(random, draft.ends))];
  const names = Object.keys(blocks);
  const more = random.nextInt(10) === 0 ? ({ isMuted: true } as const) : {};
  if (wanted === undefined && names.length > 0 && random.nextInt(2) === 0) {
    const block = pick(random, names);
    const { inputs, outputs } = countPorts(blocks[block] ?? { nodes: {}, wires: [] });
    const params: StoredParams = {
      k: random.nextInt(2) === 0 ? 2 : { $expr: "width + 1" },
      ...(random.nextInt(3) === 0 ? { repeat: 2 } : {}),
      ...(random.nextInt(3) === 0 ? { trainable: false } : {}),
    };
    return extend(draft, name, {
      node: [`block:${block}`, params, more],
      sources: sources.slice(0, inputs),
      outputs,
    });
  }
  const same = Object.keys(draft.nodes).filter((other) => isOriginal(draft.nodes[other]));
  if (wanted === undefined && same.length > 0 && random.nextInt(4) === 0) {
    const original = pick(random, same);
    const [type, params = {}] = readDrawn(draft.nodes[original]);
    const count = draft.wires.filter(
      (wire) => wire.split(">")[1]?.split(":")[0] === original,
    ).length;
    return extend(draft, name, {
      node: [type, params, { shares: original }],
      sources: sources.slice(0, count),
      outputs: 1,
    });
  }
  const definition = wanted ?? pick(random, grownLayers);
  const params = drawParams(random, definition);
  const count = Math.max(definition.inputs.min, 1);
  const taken = definition.inputPorts === undefined ? [...new Set(sources)] : sources;
  return extend(draft, name, {
    node: [definition.type, params, more],
    sources: taken.slice(0, count),
    outputs: "isMuted" in more ? 1 : countOutputs(definition, params),
  });
}

/** An example's options, any that the layer has, or none. */
function drawParams(random: Random, definition: AnyLayerDefinition): StoredParams {
  const kind = random.nextInt(4);
  if (kind === 0) return {};
  return kind === 1 ? drawOptions(random, definition) : pick(random, definition.examples).params;
}

function extend(
  draft: Draft,
  name: string,
  added: {
    readonly node: DrawnNode;
    readonly sources: readonly string[];
    readonly outputs: number;
  },
): Draft {
  const ports = Array.from({ length: added.outputs }, (_, port) =>
    port === 0 ? name : `${name}:${port}`,
  );
  return {
    nodes: { ...draft.nodes, [name]: added.node },
    wires: [...draft.wires, ...added.sources.map((source) => `${source}>${name}`)],
    // The first output last: what comes next goes on from there.
    ends: [...draft.ends, ...ports.toReversed()],
  };
}

function countOutputs(definition: AnyLayerDefinition, stored: StoredParams): number {
  const params = readParams(definition.params, stored);
  return params.ok ? listOutputPorts(definition, params.value).length : 1;
}

function readDrawn(drawn: DrawnNode | undefined): readonly [string, StoredParams?] {
  if (drawn === undefined) return [""];
  return typeof drawn === "string" ? [drawn] : [drawn[0], drawn[1] ?? {}];
}

/** Whether others may share its weights: neither an Input nor another use itself. */
function isOriginal(drawn: DrawnNode | undefined): boolean {
  if (drawn === undefined || typeof drawn === "string") return false;
  return drawn[0] !== "input" && drawn[2]?.shares === undefined && drawn[2]?.isMuted === undefined;
}

/** Layers that take most things and leave rank alone, so that blocks often fit what they meet. */
const easy: readonly (readonly [string, StoredParams])[] = [
  ["dense", { units: { $expr: "k" } }],
  ["dense", { units: { $expr: "k * 2 + index" }, activation: "tanh" }],
  ["activation", { activation: "relu" }],
  ["batchNormalization", {}],
  ["layerNormalization", {}],
  ["dropout", { rate: 0.5 }],
  ["conv2d", { filters: { $expr: "k" }, padding: "same" }],
  ["lstm", { units: { $expr: "k" }, returnSequences: true, returnState: true }],
];

function growBlocks(random: Random): Readonly<Record<string, BlockDrawing>> {
  const small = growBlock(random, []);
  const large = growBlock(random, ["small"]);
  return { small, large };
}

function growBlock(random: Random, inside: readonly string[]): BlockDrawing {
  const nodes: Record<string, DrawnNode> = { entry: "blockInput" };
  const wires: string[] = [];
  const hasTwo = random.nextInt(4) === 0;
  if (hasTwo) nodes["other"] = "blockInput";
  let tip = "entry";
  for (let count = 1 + random.nextInt(3); count > 0; count--) {
    const name = `l${count}`;
    const [type, params] = pick(random, easy);
    nodes[name] =
      inside.length > 0 && random.nextInt(2) === 0
        ? [`block:${pick(random, inside)}`, { k: { $expr: "k + 1" } }]
        : [type, params];
    wires.push(`${tip}>${name}`);
    tip = name;
  }
  if (hasTwo || random.nextInt(3) === 0) {
    nodes["join"] = pick(random, ["concatenate", "add"]);
    wires.push(`${tip}>join`, `${hasTwo ? "other" : "entry"}>join`);
    tip = "join";
  }
  nodes["exit"] = "blockOutput";
  wires.push(`${tip}>exit`);
  return { params: { k: 3 }, nodes, wires };
}

function countPorts({ nodes }: BlockDrawing) {
  const count = (type: string) => Object.values(nodes).filter((drawn) => drawn === type).length;
  return { inputs: count("blockInput"), outputs: count("blockOutput") };
}

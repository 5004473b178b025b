import type { JsonValue } from "#shared/base/json.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import type { DocumentEdit, GraphEdit } from "#shared/document/edits.ts";
import type {
  BlockDefinition,
  BlockParam,
  GraphNode,
  ModelGraph,
  ProjectDocument,
} from "#shared/document/model.ts";
import { findNameFault } from "#shared/expressions/expression.ts";
import { listNamePlaces } from "#shared/expressions/listNames.ts";
import { parseExpression } from "#shared/expressions/parseExpression.ts";
import {
  hasExpression,
  makeExpression,
  readExpressionText,
} from "#shared/expressions/resolveParams.ts";
import { nextName } from "../nodeActions.ts";

/** Names that every block has; see `BlockParam.name`. */
const builtIn: ReadonlySet<string> = new Set(["repeat", "trainable", "index"]);

/** Why a parameter of this block can't be called that; null where it can. */
export function findParamNameFault(
  block: BlockDefinition,
  name: string,
  current: string | null,
): string | null {
  const fault = findNameFault(name);
  if (fault !== null) return `The name ${fault}.`;
  if (builtIn.has(name)) return `Every block has ${name} already.`;
  return name !== current && block.params.some((param) => param.name === name)
    ? `There is a parameter ${name} already.`
    : null;
}

export function makeParam(block: BlockDefinition): BlockParam {
  const taken = new Set(block.params.map((param) => param.name));
  const name = nextName("parameter", (candidate) => taken.has(candidate.replace("-", "_")));
  return { name: name.replace("-", "_"), kind: "int", default: 1, label: "", help: "" };
}

export function changeParamOf(
  block: BlockDefinition,
  name: string,
  change: Partial<BlockParam>,
): DocumentEdit {
  return {
    kind: "setBlock",
    block: block.id,
    change: {
      params: block.params.map((param) => (param.name === name ? { ...param, ...change } : param)),
    },
  };
}

/** Sets or (null) takes away a limit of a number. */
export function changeLimit(
  block: BlockDefinition,
  name: string,
  limit: { readonly key: "min" | "max"; readonly value: number | null },
): DocumentEdit {
  const { key, value } = limit;
  const params = block.params.map((param): BlockParam => {
    if (param.name !== name) return param;
    const { [key]: _old, ...rest } = param;
    return value === null ? rest : { ...rest, [key]: value };
  });
  return { kind: "setBlock", block: block.id, change: { params } };
}

/** Another kind takes another default; what no longer fits is dropped. */
export function changeKind(param: BlockParam, kind: BlockParam["kind"]): BlockParam {
  const { name, label, help, min, max, options } = param;
  const isNumber = kind === "int" || kind === "float";
  return {
    name,
    kind,
    label,
    help,
    default: defaultOf(kind, param.default),
    ...(isNumber && min !== undefined ? { min } : {}),
    ...(isNumber && max !== undefined ? { max } : {}),
    ...(kind === "text" && options !== undefined ? { options } : {}),
  };
}

function defaultOf(kind: BlockParam["kind"], before: JsonValue): JsonValue {
  switch (kind) {
    case "int":
      return typeof before === "number" ? Math.round(before) : 1;
    case "float":
      return typeof before === "number" ? before : 1;
    case "bool":
      return before === true;
    case "text":
      return typeof before === "string" ? before : "";
    case "intList":
      return typeof before === "number" ? [Math.round(before)] : [];
  }
}

export function moveParam(block: BlockDefinition, name: string, step: number): DocumentEdit {
  const params = [...block.params];
  const at = params.findIndex((param) => param.name === name);
  const [moved] = params.splice(at, 1);
  if (moved !== undefined) params.splice(at + step, 0, moved);
  return { kind: "setBlock", block: block.id, change: { params } };
}

/** Renames it in the block, in the formulas inside, and where instances set it. */
export function renameParam(
  document: ProjectDocument,
  block: BlockDefinition,
  names: { readonly from: string; readonly to: string },
): DocumentEdit {
  const { from, to } = names;
  const edits: DocumentEdit[] = [changeParamOf(block, from, { name: to })];
  for (const edit of renameInGraph(block.graph, names)) {
    edits.push({ kind: "inBlock", block: block.id, edit });
  }
  const type = blockTypeOf(block.id);
  edits.push(...renameAtInstances(document.graph, type, names));
  for (const other of Object.values(document.blocks)) {
    for (const edit of renameAtInstances(other.graph, type, names)) {
      edits.push({ kind: "inBlock", block: other.id, edit });
    }
  }
  return { kind: "batch", label: `Rename the parameter ${from} to ${to}`, edits };
}

function renameInGraph(
  graph: ModelGraph,
  names: { readonly from: string; readonly to: string },
): readonly GraphEdit[] {
  return Object.values(graph.nodes).flatMap((node): readonly GraphEdit[] => {
    const changed = Object.entries(node.params).flatMap(([name, value]) => {
      const next = hasExpression(value) ? renameInValue(value, names) : value;
      return next === value ? [] : [[name, next] as const];
    });
    return changed.length === 0
      ? []
      : [{ kind: "setParams", node: node.id, params: Object.fromEntries(changed) }];
  });
}

/** The value with the name replaced in all its formulas; the very same object where it isn't in any. */
export function renameInValue(
  value: JsonValue,
  names: { readonly from: string; readonly to: string },
): JsonValue {
  const text = readExpressionText(value);
  if (text !== null) {
    const next = renameInText(text, names);
    return next === text ? value : makeExpression(next);
  }
  if (typeof value !== "object" || value === null || !hasExpression(value)) return value;
  const entries = Object.entries(value).map(
    ([key, entry]) => [key, renameInValue(entry, names)] as const,
  );
  if (entries.every(([, entry], index) => entry === Object.values(value)[index])) return value;
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

function renameInText(
  text: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const parsed = parseExpression(text);
  if (!parsed.ok) return text;
  const places = listNamePlaces(parsed.value)
    .filter((place) => place.name === from)
    .toReversed();
  let renamed = text;
  for (const { at } of places) {
    renamed = renamed.slice(0, at) + to + renamed.slice(at + from.length);
  }
  return renamed;
}

function renameAtInstances(
  graph: ModelGraph,
  type: string,
  { from, to }: { readonly from: string; readonly to: string },
): readonly GraphEdit[] {
  return Object.values(graph.nodes)
    .filter((node: GraphNode) => node.type === type && Object.hasOwn(node.params, from))
    .flatMap((node): readonly GraphEdit[] => [
      { kind: "resetParams", node: node.id, params: [from] },
      { kind: "setParams", node: node.id, params: { [to]: node.params[from] ?? null } },
    ]);
}

import type { JsonValue } from "#shared/base/json.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { BlockDefinition, BlockParam } from "#shared/document/model.ts";
import { nextName } from "../nodeActions.ts";

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

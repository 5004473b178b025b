import type { JsonValue } from "../base/json.ts";
import type { BlockDefinition, BlockParam, GraphNode, ProjectDocument } from "../document/model.ts";
import { listNamesIn, makeExpression } from "../expressions/resolveParams.ts";
import type { StoredParams } from "../layers/params.ts";

export interface PassedParams {
  readonly params: readonly BlockParam[];
  /** What the instance hands on: `{ filters: { $expr: "filters" } }`. */
  readonly values: StoredParams;
  /** Names that mean something else inside, and what stands for them there. */
  readonly names: ReadonlyMap<string, JsonValue>;
}

/**
 * What expressions in nodes need of the block around them: its parameters, which the new block then has as well, and
 * `index`, which counts something else inside and so goes by another name.
 */
export function passParams(
  document: ProjectDocument,
  around: BlockDefinition | null,
  nodes: readonly GraphNode[],
): PassedParams {
  if (around === null) return { params: [], values: {}, names: new Map() };
  const needed = new Set(nodes.flatMap((node) => listNamesIn(node.params)));
  const params = around.params.filter(({ name }) => needed.has(name));
  const values = params.map(({ name }): [string, JsonValue] => [name, makeExpression(name)]);
  if (!needed.has("index")) {
    return { params, values: Object.fromEntries(values), names: new Map() };
  }
  const taken = new Set([
    ...needed,
    ...around.params.map(({ name }) => name),
    ...document.variables.map(({ name }) => name),
  ]);
  let name = "outerIndex";
  for (let number = 2; taken.has(name); number++) name = `outerIndex${number}`;
  const outerIndex: BlockParam = {
    name,
    kind: "int",
    default: 0,
    label: "Outer index",
    help: `Which repetition of ${around.name} it lies in, from 0.`,
  };
  return {
    params: [...params, outerIndex],
    values: Object.fromEntries([...values, [name, makeExpression("index")]]),
    names: new Map([["index", makeExpression(name)]]),
  };
}

import type { NodeId } from "#shared/base/ids.ts";
import type { JsonValue } from "#shared/base/json.ts";
import { evaluateVariables } from "#shared/blocks/environment.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import type { DocumentEdit, GraphEdit } from "#shared/document/edits.ts";
import type { BlockDefinition, ModelGraph, ProjectDocument } from "#shared/document/model.ts";
import { findNameFault } from "#shared/expressions/expression.ts";
import { listNamesIn, makeExpression } from "#shared/expressions/resolveParams.ts";
import { type Substitution, substituteNames } from "#shared/expressions/substituteNames.ts";

/** What has a name and stands in formulas: other names for it, and what stands there once it is gone. */

interface Names {
  readonly from: string;
  readonly to: string;
}

/** Names that every block has; see `BlockParam.name`. */
const builtIn: ReadonlySet<string> = new Set(["repeat", "trainable", "index"]);

/** Why a parameter of this block can't be called that; null where it can. */
export function findParamNameFault(
  document: Pick<ProjectDocument, "variables">,
  block: BlockDefinition,
  names: Names,
): string | null {
  const { from, to } = names;
  const fault = findNameFault(to);
  if (fault !== null) return `The name ${fault}.`;
  if (builtIn.has(to)) return `Every block has ${to} already.`;
  if (to !== from && block.params.some((param) => param.name === to)) {
    return `There is a parameter ${to} already.`;
  }
  const isVariable = document.variables.some(({ name }) => name === to);
  return isVariable && isUsed(block.graph, to)
    ? `Formulas in ${block.name} use the project’s variable ${to}, and would mean the parameter then. Choose another name.`
    : null;
}

/** Why a variable can't be called that; null where it can. */
export function findVariableNameFault(
  { variables, blocks }: Pick<ProjectDocument, "variables" | "blocks">,
  { from, to }: Names,
): string | null {
  const fault = findNameFault(to);
  if (fault !== null) return `A variable’s name ${fault}.`;
  if (to !== from && variables.some((other) => other.name === to)) {
    return `There is a variable ${to} already.`;
  }
  const hiding = Object.values(blocks).find(
    (block) => hasParam(block, to) && !hasParam(block, from) && isUsed(block.graph, from),
  );
  return hiding === undefined
    ? null
    : `${hiding.name} has a parameter ${to}, which its formulas would mean then. Choose another name.`;
}

/** Renames it in the block, in the formulas inside, and where instances set it. */
export function renameParam(
  document: ProjectDocument,
  block: BlockDefinition,
  { from, to }: Names,
): DocumentEdit {
  const params = block.params.map((param) =>
    param.name === from ? { ...param, name: to } : param,
  );
  return {
    kind: "batch",
    label: `Rename the parameter ${from} to ${to}`,
    edits: [
      { kind: "setBlock", block: block.id, change: { params } },
      ...inBlock(block, substituteInGraph(block.graph, new Map([[from, makeExpression(to)]]))),
      ...atInstances(document, block, from, (node, value) => [
        { kind: "resetParams", node, params: [from] },
        { kind: "setParams", node, params: { [to]: value } },
      ]),
    ],
  };
}

/** Removes it; in the formulas inside its default stands in its place. */
export function removeParam(
  document: ProjectDocument,
  block: BlockDefinition,
  name: string,
): { readonly edit: DocumentEdit; readonly formulas: number } {
  const param = block.params.find((other) => other.name === name);
  const inside = substituteInGraph(block.graph, new Map([[name, param?.default ?? null]]));
  const params = block.params.filter((other) => other.name !== name);
  const edits: readonly DocumentEdit[] = [
    ...inBlock(block, inside),
    { kind: "setBlock", block: block.id, change: { params } },
    ...atInstances(document, block, name, (node) => [
      { kind: "resetParams", node, params: [name] },
    ]),
  ];
  return {
    edit: { kind: "batch", label: `Remove the parameter ${name}`, edits },
    formulas: inside.length,
  };
}

/** Renames it, and in the formulas of the model, of other variables and of all blocks in which it isn't hidden. */
export function renameVariable(document: ProjectDocument, { from, to }: Names): DocumentEdit {
  const substitution: Substitution = new Map([[from, makeExpression(to)]]);
  const variables = document.variables.map(({ name, value }) => ({
    name: name === from ? to : name,
    value: substituteNames(value, substitution),
  }));
  return {
    kind: "batch",
    label: `Rename the variable ${from} to ${to}`,
    edits: [
      { kind: "setVariables", variables },
      ...substituteVariable(document, from, () => substitution),
    ],
  };
}

/** Removes it; in formulas its value stands in its place. */
export function removeVariable(
  document: ProjectDocument,
  name: string,
): { readonly edit: DocumentEdit; readonly formulas: number } {
  const value = document.variables.find((variable) => variable.name === name)?.value ?? null;
  const result = evaluateVariables(document.variables).environment.get(name) ?? value;
  const uses = listNamesIn(value);
  /** In a block, a name in its formula may mean something else. */
  const within = (block: BlockDefinition | null): Substitution => {
    const isHidden = block !== null && uses.some((used) => hasParam(block, used));
    return new Map([[name, isHidden ? result : value]]);
  };
  // One that is computed from itself has nothing that could stand for it.
  const substitution: Substitution = uses.includes(name) ? new Map() : within(null);
  const elsewhere = uses.includes(name) ? [] : substituteVariable(document, name, within);
  const kept = document.variables.filter((variable) => variable.name !== name);
  const variables = kept.map((variable) => ({
    ...variable,
    value: substituteNames(variable.value, substitution),
  }));
  const changed = variables.filter((variable, at) => variable.value !== kept[at]?.value).length;
  return {
    edit: {
      kind: "batch",
      label: `Remove the variable ${name}`,
      edits: [{ kind: "setVariables", variables }, ...elsewhere],
    },
    formulas: elsewhere.length + changed,
  };
}

/** In the main graph and in blocks: one edit for each node and each block with defaults that it changes. */
function substituteVariable(
  { graph, blocks }: ProjectDocument,
  name: string,
  within: (block: BlockDefinition | null) => Substitution,
): readonly DocumentEdit[] {
  const edits: DocumentEdit[] = [...substituteInGraph(graph, within(null))];
  for (const block of Object.values(blocks)) {
    // Defaults are worked out from variables alone, whatever the parameters are called.
    const params = block.params.map((param) => {
      const value = substituteNames(param.default, within(null));
      return value === param.default ? param : { ...param, default: value };
    });
    if (params.some((param, at) => param !== block.params[at])) {
      edits.push({ kind: "setBlock", block: block.id, change: { params } });
    }
    if (hasParam(block, name)) continue;
    edits.push(...inBlock(block, substituteInGraph(block.graph, within(block))));
  }
  return edits;
}

/** Of a layer used again the options are the original's. */
function substituteInGraph(graph: ModelGraph, substitution: Substitution): readonly GraphEdit[] {
  return Object.values(graph.nodes).flatMap((node): readonly GraphEdit[] => {
    if (node.shares !== undefined) return [];
    const changed = Object.entries(node.params).flatMap(([name, value]) => {
      const next = substituteNames(value, substitution);
      return next === value ? [] : [[name, next] as const];
    });
    return changed.length === 0
      ? []
      : [{ kind: "setParams", node: node.id, params: Object.fromEntries(changed) }];
  });
}

/** What is to be done where an instance sets an option, in all graphs. */
function atInstances(
  document: ProjectDocument,
  block: BlockDefinition,
  param: string,
  change: (node: NodeId, value: JsonValue) => readonly GraphEdit[],
): readonly DocumentEdit[] {
  const type = blockTypeOf(block.id);
  const inGraph = (graph: ModelGraph): readonly GraphEdit[] =>
    Object.values(graph.nodes)
      .filter((node) => node.type === type && node.shares === undefined)
      .filter((node) => Object.hasOwn(node.params, param))
      .flatMap((node) => change(node.id, node.params[param] ?? null));
  return [
    ...inGraph(document.graph),
    ...Object.values(document.blocks).flatMap((other) => inBlock(other, inGraph(other.graph))),
  ];
}

function inBlock(block: BlockDefinition, edits: readonly GraphEdit[]): readonly DocumentEdit[] {
  return edits.map((edit) => ({ kind: "inBlock", block: block.id, edit }));
}

function hasParam(block: BlockDefinition, name: string): boolean {
  return block.params.some((param) => param.name === name);
}

function isUsed(graph: ModelGraph, name: string): boolean {
  return Object.values(graph.nodes).some((node) => listNamesIn(node.params).includes(name));
}

import type { JsonValue } from "../base/json.ts";
import { type Result, err, ok } from "../base/result.ts";
import { badValue, quote } from "../document/editIssues.ts";
import type { EditIssue } from "../document/edits.ts";
import { listNodes } from "../document/graphQueries.ts";
import type { BlockDefinition, GraphNode, ProjectDocument } from "../document/model.ts";
import { hasExpression, listNamesIn, resolveValue } from "../expressions/resolveParams.ts";
import { evaluateVariables } from "./environment.ts";
import { maxRepeat } from "./nodeType.ts";

export interface InstanceArguments {
  readonly repeat: number;
  /** true, false, or an expression of the graph around. */
  readonly trainable: JsonValue;
  /** What stands for the names in the block's expressions, in this repetition. */
  namesOf(index: number): ReadonlyMap<string, JsonValue>;
}

/** What an instance's options are as text of the graph around it, so that they can stand in place of parameters. */
export function readArguments(
  document: ProjectDocument,
  {
    block,
    instance,
    around,
  }: {
    readonly block: BlockDefinition;
    readonly instance: GraphNode;
    /** The block in whose graph the instance is. */
    readonly around: BlockDefinition | null;
  },
): Result<InstanceArguments, EditIssue> {
  const variables = evaluateVariables(document.variables).environment;
  const given = (name: string) =>
    Object.hasOwn(instance.params, name) ? instance.params[name] : undefined;
  const hidden = new Set(around?.params.map(({ name }) => name));
  /** A variable's name means something else where a parameter around has the same: then its value is told. */
  const fix = (value: JsonValue): JsonValue => {
    if (!listNamesIn(value).some((name) => hidden.has(name))) return value;
    const resolved = resolveValue(value, variables);
    return resolved.ok ? resolved.value : value;
  };

  const repeat = resolveValue(given("repeat") ?? 1, around === null ? variables : new Map());
  if (!repeat.ok) {
    return err(
      badValue(
        `How often ${quote(instance.name)} is repeated is computed: ${repeat.error.text}. Set a number first.`,
      ),
    );
  }
  const count = repeat.value;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > maxRepeat) {
    return err(
      badValue(`Repeat of ${quote(instance.name)} must be a whole number from 1 to ${maxRepeat}.`),
    );
  }
  const names = new Map<string, JsonValue>();
  for (const node of listNodes(block.graph)) {
    for (const name of listNamesIn(node.params)) {
      const value = variables.get(name);
      if (hidden.has(name) && value !== undefined) names.set(name, value);
    }
  }
  for (const param of block.params) {
    const value = given(param.name);
    names.set(param.name, value === undefined ? fix(param.default) : value);
  }
  const trainable = given("trainable") ?? true;
  return ok({
    repeat: count,
    trainable: typeof trainable === "boolean" || hasExpression(trainable) ? trainable : true,
    namesOf: (index) => new Map([...names, ["index", index]]),
  });
}

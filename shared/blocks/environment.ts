import type { JsonValue } from "../base/json.ts";
import type { BlockDefinition, GraphNode, ProjectVariable } from "../document/model.ts";
import { type Environment, findNameFault } from "../expressions/expression.ts";
import { type UnresolvedParam, listNamesIn, resolveValue } from "../expressions/resolveParams.ts";
import { checkParam, specDefault } from "../layers/readParams.ts";
import { blockParamSpecs } from "./nodeType.ts";
import type { ExpansionIssue } from "./scope.ts";
import { suggestFor } from "./suggestName.ts";

export interface Variables {
  readonly environment: Environment;
  /** Names that have no value: what uses them is not at fault. */
  readonly failed: ReadonlySet<string>;
  readonly issues: readonly ExpansionIssue[];
}

const known = new WeakMap<readonly ProjectVariable[], Variables>();

/** The project's variables, each worked out from others, in whatever order they stand. */
export function evaluateVariables(variables: readonly ProjectVariable[]): Variables {
  const before = known.get(variables);
  if (before !== undefined) return before;
  const environment = new Map<string, JsonValue>();
  const failed = new Set<string>();
  const issues: ExpansionIssue[] = [];
  const byName = new Map<string, ProjectVariable>();
  for (const variable of variables) {
    const { name } = variable;
    const fault = findNameFault(name);
    if (fault !== null) {
      const message = `The variable ${name} has a name that can't be used: it ${fault}.`;
      issues.push({
        code: "bad-parameter",
        severity: "error",
        message,
        node: null,
        variable: name,
      });
    } else if (byName.has(name)) {
      issues.push({
        code: "duplicate-name",
        severity: "error",
        message: `Two variables are called ${name}. Rename or remove one of them.`,
        node: null,
        variable: name,
      });
      continue;
    }
    byName.set(name, variable);
  }
  const refuse = (name: string, message: string, more: Partial<ExpansionIssue> = {}): void => {
    failed.add(name);
    issues.push({
      code: "expression",
      severity: "error",
      message: `The variable ${name} has no value: ${message}`,
      node: null,
      variable: name,
      ...more,
    });
  };
  const { sorted, circles } = sortByNeed(byName);
  for (const circle of circles) {
    const [first = "", ...others] = circle;
    for (const name of circle) failed.add(name);
    const through =
      others.length === 0
        ? ""
        : `${others.join(", which is computed from ")}, which is computed from `;
    refuse(
      first,
      `it is computed from ${others.length === 0 ? "itself" : `${through}${first} again`}. Give ${others.length === 0 ? "it" : "one of them"} a value that needs no other.`,
    );
  }
  const faulty: ProjectVariable[] = [];
  for (const { name, value } of sorted) {
    if (failed.has(name)) continue;
    const result = resolveValue(value, environment);
    if (result.ok) {
      environment.set(name, result.value);
      continue;
    }
    const { unknownName } = result.error.issue;
    const isExcusedBy = unknownName !== undefined && failed.has(unknownName);
    failed.add(name);
    if (!isExcusedBy) faulty.push({ name, value });
  }
  // Now that all the others are known, so that they can be suggested.
  for (const { name, value } of faulty) {
    const result = resolveValue(value, environment);
    if (result.ok) continue;
    const { issue } = result.error;
    refuse(name, issue.message, suggestFor(value, issue, environment));
  }
  // In the order in which they stand: messages and pickers list them so.
  const ordered = new Map<string, JsonValue>();
  for (const name of byName.keys()) {
    const value = environment.get(name);
    if (value !== undefined) ordered.set(name, value);
  }
  const evaluated = { environment: ordered, failed, issues };
  known.set(variables, evaluated);
  return evaluated;
}

/** Each variable after those that it is computed from; and those that come back to themselves, as circles. */
function sortByNeed(byName: ReadonlyMap<string, ProjectVariable>): {
  readonly sorted: readonly ProjectVariable[];
  readonly circles: readonly (readonly string[])[];
} {
  const sorted = new Set<ProjectVariable>();
  const circles: (readonly string[])[] = [];
  const needs = new Map([...byName].map(([name, { value }]) => [name, listNamesIn(value)]));
  const path: { readonly name: string; next: number }[] = [];
  const onPath = new Set<string>();
  // A stack of its own: a thousand variables may each need the next.
  for (const start of byName.keys()) {
    path.push({ name: start, next: 0 });
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { name } = at;
      const variable = byName.get(name);
      const need = needs.get(name)?.[at.next++];
      onPath.add(name);
      if (variable === undefined || sorted.has(variable) || need === undefined) {
        if (variable !== undefined) sorted.add(variable);
        onPath.delete(name);
        path.pop();
      } else if (onPath.has(need)) {
        circles.push(
          path.slice(path.findIndex((step) => step.name === need)).map((step) => step.name),
        );
      } else if (byName.has(need)) {
        path.push({ name: need, next: 0 });
      }
    }
  }
  return { sorted: [...sorted], circles };
}

/** What an instance's options come to, as its block sees them. */
export interface InstanceValues {
  /** Variables and the block's parameters, without `index`. */
  readonly environment: ReadonlyMap<string, JsonValue>;
  readonly repeat: number;
  readonly isTrainable: boolean;
  readonly faults: readonly InstanceFault[];
}

export interface InstanceFault {
  readonly code: "bad-parameter" | "expression";
  readonly severity: "error" | "warning";
  readonly param: string;
  readonly suggestion?: NonNullable<ExpansionIssue["suggestion"]>;
  /** To stand after the instance's name: ": Filters must be …", " has the option …". */
  readonly words: string;
}

/** Values of an instance's options: expressions of the graph it stands in, or the block's defaults. */
export function evaluateInstance(
  block: BlockDefinition,
  source: GraphNode,
  outer: { readonly variables: Variables; readonly environment: Environment },
): InstanceValues {
  const values = new Map(outer.variables.environment);
  const faults: InstanceFault[] = [];
  const specs = blockParamSpecs(block);
  let repeat = 1;
  let isTrainable = true;
  const defaults = new Map(block.params.map((param) => [param.name, param.default]));
  for (const [param, spec] of Object.entries(specs)) {
    const given = Object.hasOwn(source.params, param) ? source.params[param] : undefined;
    // The block's own defaults may be computed from the project's variables.
    const environment = given === undefined ? outer.variables.environment : outer.environment;
    const value = given ?? defaults.get(param) ?? specDefault(spec);
    const resolved = resolveValue(value, environment);
    // What is faulty is told here; inside, the default stands for it, so that it isn't told again.
    if (defaults.has(param)) values.set(param, specDefault(spec));
    if (!resolved.ok) {
      if (isExcused(resolved.error, outer.variables)) continue;
      const words = `: ${spec.label} has no value: ${resolved.error.issue.message}`;
      const suggestion = suggestFor(value, resolved.error.issue, environment);
      faults.push({ code: "expression", severity: "error", param, words, ...suggestion });
      continue;
    }
    const checked = checkParam(spec, resolved.value);
    if (!checked.ok) {
      const gap = /^[,:]/.test(checked.error) ? "" : " ";
      const words = `: ${spec.label}${gap}${checked.error}.`;
      faults.push({ code: "bad-parameter", severity: "error", param, words });
    } else if (param === "repeat") repeat = Number(checked.value);
    else if (param === "trainable") isTrainable = checked.value === true;
    else values.set(param, checked.value);
  }
  for (const param of Object.keys(source.params)) {
    if (Object.hasOwn(specs, param)) continue;
    const words = ` has the option ${param}, which the block ${block.name} doesn't know; it is left out.`;
    faults.push({ code: "bad-parameter", severity: "warning", param, words });
  }
  return { environment: values, repeat, isTrainable, faults };
}

/** Whether an expression only fails because of a variable that is told of already. */
export function isExcused(
  { issue }: Omit<UnresolvedParam, "param">,
  variables: Pick<Variables, "failed">,
): boolean {
  return issue.unknownName !== undefined && variables.failed.has(issue.unknownName);
}

export function areSameEnvironments(left: Environment, right: Environment): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (value === other) continue;
    if (typeof value !== "object" || JSON.stringify(value) !== JSON.stringify(other)) return false;
  }
  return true;
}

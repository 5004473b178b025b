import {
  areSameEnvironments,
  evaluateInstance,
  evaluateVariables,
} from "#shared/blocks/environment.ts";
import type { JsonValue } from "#shared/base/json.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { Environment } from "#shared/expressions/expression.ts";
import { resolveParams, resolveValue } from "#shared/expressions/resolveParams.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";
import type { DocumentState } from "../state/documentStore.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { findInstanceBlock, resolveScope } from "../state/scope.ts";
import type { Scope } from "../state/scope.ts";

/** Values in place of formulas; what has no value is left out. */
export type ResolveParams = (params: StoredParams) => StoredParams;

/** The names that formulas may use at a place: the project's variables, the parameters of the block, `index`. */
export function readEnvironment(document: ProjectDocument, scope: Scope): Environment {
  const variables = evaluateVariables(document.variables);
  let environment: Environment = variables.environment;
  resolveScope(document, scope).scope.forEach((id, depth) => {
    const { graph } = resolveScope(document, scope.slice(0, depth));
    const node = graph.nodes[id];
    const block = node === undefined ? null : findInstanceBlock(document, graph, node);
    if (node === undefined || block === null) return;
    const values = evaluateInstance(block, originalOf(graph, node), { variables, environment });
    // Of a repeated instance the first copy is shown.
    environment = new Map([...values.environment, ["index", 0]]);
  });
  return environment;
}

interface Known {
  readonly document: ProjectDocument;
  readonly scope: Scope;
  readonly environment: Environment;
  readonly resolve: ResolveParams;
}
let known: Known | null = null;

/** The same object as long as no value in it changes, so that what depends on it isn't made anew by every edit. */
function lookUp({ document, scope }: Pick<DocumentState, "document" | "scope">): Known {
  if (known?.document === document && known.scope === scope) return known;
  const environment = readEnvironment(document, scope);
  const isSame = known !== null && areSameEnvironments(known.environment, environment);
  known =
    known !== null && isSame
      ? { ...known, document, scope }
      : {
          document,
          scope,
          environment,
          resolve: (params) => resolveParams(params, environment).params,
        };
  return known;
}

export function useEnvironment(): Environment {
  return useDocument((state) => lookUp(state).environment);
}

export function useResolver(): ResolveParams {
  return useDocument((state) => lookUp(state).resolve);
}

export function currentEnvironment(): Environment {
  return lookUp(documentStore.getState()).environment;
}

export function currentResolver(): ResolveParams {
  return lookUp(documentStore.getState()).resolve;
}

/** What a formula comes to here: `32`, `[1, 2]`, or the sentence that says why it has no value. */
export function describeFormula(
  value: JsonValue,
  environment: Environment,
): { readonly text: string; readonly isFault: boolean } {
  const resolved = resolveValue(value, environment);
  return resolved.ok
    ? { text: formatValue(resolved.value), isFault: false }
    : { text: resolved.error.issue.message, isFault: true };
}

export function formatValue(value: JsonValue): string {
  if (typeof value === "string") return value === "" ? "empty" : value;
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

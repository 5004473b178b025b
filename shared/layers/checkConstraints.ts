import type { WeightSpec } from "./defineLayer.ts";
import type { JsonValue } from "../base/json.ts";
import type { Params, ParamSpecs } from "./params.ts";
import type { ParamIssue } from "./readParams.ts";

/**
 * Constraints along an axis that their weights don't have: tfjs and Keras throw at the first update. `kernelConstraint` is
 * for the weights named kernel, `recurrentConstraint` for recurrent_kernel; those of inner layers and cells for any of that name.
 */
export function checkConstraints(
  specs: ParamSpecs,
  params: Params<ParamSpecs>,
  weights: readonly WeightSpec[],
): readonly ParamIssue[] {
  return Object.entries(specs).flatMap(([param, spec]) => {
    if (spec.kind !== "constraint") return checkInner(param, params[param], weights);
    const axis = readAxis(params[param]);
    if (axis === null) return [];
    const short = findShort(param, axis, weights)[0];
    if (short === undefined) return [];
    const most = short.shape.length - 1;
    const message = `: axis must be ${most === 0 ? "0" : `${most} or less`}, because ${short.name} is ${short.shape.join(" × ")}, got ${axis}`;
    return [{ param, message }];
  });
}

/** Whatever lies in a parameter that holds layers or cells: objects with `params`. */
function checkInner(
  param: string,
  value: JsonValue | undefined,
  weights: readonly WeightSpec[],
): readonly ParamIssue[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "params" in value ? Object.entries(value["params"] ?? {}) : [];
  const issues = own.flatMap(([name, config]) => {
    const axis = name.endsWith("Constraint") ? readAxis(config) : null;
    const short = axis === null ? [] : findShort(name, axis, weights);
    const same = weights.filter((weight) => isPart(weight.name, partOf(name)));
    const [first] = short;
    if (first === undefined || short.length < same.length) return [];
    const message = `: the axis of ${name} must be ${first.shape.length - 1} or less, because ${first.name} is ${first.shape.join(" × ")}, got ${axis}`;
    return [{ param, message }];
  });
  return [
    ...issues,
    ...Object.values(value).flatMap((inner: JsonValue) => checkInner(param, inner, weights)),
  ];
}

function findShort(
  param: string,
  axis: number,
  weights: readonly WeightSpec[],
): readonly WeightSpec[] {
  return weights.filter(
    ({ name, shape }) => isPart(name, partOf(param)) && shape.length > 0 && axis >= shape.length,
  );
}

const partOf = (param: string) => param.replace(/Constraint$/u, "");

function isPart(name: string, part: string): boolean {
  const last = name.split("/").at(-1);
  return last === part || last === `${part}_kernel`;
}

function readAxis(config: JsonValue | undefined): number | null {
  if (typeof config !== "object" || config === null || !("axis" in config)) return null;
  const { axis } = config as { readonly axis: unknown };
  return typeof axis === "number" ? axis : null;
}

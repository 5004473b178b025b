import type { WeightSpec } from "./defineLayer.ts";
import type { JsonValue } from "../base/json.ts";
import type { Params, ParamSpecs } from "./params.ts";
import type { ParamIssue } from "./readParams.ts";

/**
 * Constraints along an axis that their weights don't have: tfjs and Keras throw at the first update. `kernelConstraint` is
 * for the weights named kernel, `recurrentConstraint` for recurrent_kernel; those of inner layers are not looked at.
 */
export function checkConstraints(
  specs: ParamSpecs,
  params: Params<ParamSpecs>,
  weights: readonly WeightSpec[],
): readonly ParamIssue[] {
  return Object.entries(specs).flatMap(([param, spec]) => {
    const axis = spec.kind === "constraint" ? readAxis(params[param]) : null;
    if (axis === null) return [];
    const part = param.replace(/Constraint$/u, "");
    const short = weights.find(
      ({ name, shape }) => isPart(name, part) && shape.length > 0 && axis >= shape.length,
    );
    if (short === undefined) return [];
    const most = short.shape.length - 1;
    const message = `: axis must be ${most === 0 ? "0" : `${most} or less`}, because ${short.name} is ${short.shape.join(" × ")}, got ${axis}`;
    return [{ param, message }];
  });
}

function isPart(name: string, part: string): boolean {
  const last = name.split("/").at(-1);
  return last === part || last === `${part}_kernel`;
}

function readAxis(config: JsonValue | undefined): number | null {
  if (typeof config !== "object" || config === null || !("axis" in config)) return null;
  const { axis } = config as { readonly axis: unknown };
  return typeof axis === "number" ? axis : null;
}

import type { ParamSpecs } from "#shared/layers/params.ts";
import { findType } from "../nodeTypes.ts";

/** Options that all types have under the same name with the same kind and choices. */
export function findSharedSpecs(types: readonly string[]): ParamSpecs {
  const [first, ...rest] = [...new Set(types)].map((type) => findType(type)?.params ?? {});
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, spec]) =>
      rest.every((specs) => {
        const other = specs[name];
        return (
          other !== undefined &&
          other.kind === spec.kind &&
          lengthOf(other) === lengthOf(spec) &&
          optionsOf(other) === optionsOf(spec)
        );
      }),
    ),
  );
}

function optionsOf(spec: ParamSpecs[string]): string {
  return "options" in spec ? (spec.options ?? []).join("|") : "";
}

function lengthOf(spec: ParamSpecs[string]): number {
  return spec.kind === "intTuple" ? spec.length : 0;
}

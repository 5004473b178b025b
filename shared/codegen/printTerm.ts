import type { Code } from "./program/program.ts";

type Term = Extract<Code, { readonly kind: "param" }>;

/** `filters`, `4 * filters`, `units - 1`: the same in both languages. */
export function printTerm({ param, times, plus }: Omit<Term, "kind">): string {
  const product = times === 1 ? param.name : `${times} * ${param.name}`;
  if (plus === 0) return product;
  return plus > 0 ? `${product} + ${plus}` : `${product} - ${-plus}`;
}

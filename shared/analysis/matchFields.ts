import type { FieldSpec } from "../datasets/dataset.ts";

export interface Port {
  /** '' takes the next field that is free. */
  readonly field: string;
  fits(field: FieldSpec): boolean;
}

/**
 * Which field goes to which port, as training assigns them: named fields first; what is left goes to ports without a
 * name, in order, where it fits. Unlike there, a port that nothing fits gets the next free field, to be told about.
 */
export function matchFields(
  ports: readonly Port[],
  fields: readonly FieldSpec[],
): readonly (FieldSpec | null)[] {
  const named = new Set(ports.map((port) => port.field));
  const free = fields.filter((field) => !named.has(field.name));
  const take = (index: number) => (index < 0 ? null : (free.splice(index, 1)[0] ?? null));
  const fitting = ports.map((port) => {
    if (port.field !== "") return fields.find((field) => field.name === port.field) ?? null;
    return take(free.findIndex((field) => port.fits(field)));
  });
  return fitting.map((field, index) => {
    const port = ports[index];
    if (field !== null || port === undefined || port.field !== "") return field;
    return take(free.length > 0 ? 0 : -1);
  });
}

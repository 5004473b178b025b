import type { Session } from "./session.ts";

/** A value of the samples that is no number, as a sentence; null where all are. */
export function findBadSample(
  { dataset, fields }: Pick<Session, "dataset" | "fields">,
  samples: Uint32Array,
): string | null {
  for (const { name } of [...fields.inputs, ...fields.targets]) {
    const values = dataset.gather(name, samples);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    const row = Math.floor(bad / (values.length / samples.length));
    return `Sample ${samples[row] ?? row} of the data holds ${values[bad]} in "${name}".`;
  }
  return null;
}

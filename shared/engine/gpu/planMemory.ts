/** Where the tensors of a step lie, so that those that are not needed at the same time share memory. */

export interface Tenancy {
  readonly bytes: number;
  /** Numbers of the first and the last command that use it. */
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** Bytes of each buffer. */
  readonly buffers: readonly number[];
  /** The buffer of each tenancy, in their order. */
  readonly places: readonly number[];
}

/**
 * The largest first, each into the smallest buffer that is free while it lives ("greedy by size", Pisarchyk and Lee 2020,
 * arXiv 2001.03288). A buffer never has two tenants in one command.
 */
export function planMemory(tenancies: readonly Tenancy[]): MemoryPlan {
  const order = tenancies
    .map((tenancy, index) => ({ tenancy, index }))
    .toSorted((a, b) => b.tenancy.bytes - a.tenancy.bytes || a.index - b.index);
  const buffers: { readonly bytes: number; readonly tenants: Tenancy[] }[] = [];
  const places: number[] = Array.from({ length: tenancies.length }, () => 0);
  for (const { tenancy, index } of order) {
    let best: number | null = null;
    for (const [number, { bytes, tenants }] of buffers.entries()) {
      if (best !== null && bytes >= (buffers[best]?.bytes ?? 0)) continue;
      if (tenants.every(({ first, last }) => last < tenancy.first || tenancy.last < first))
        best = number;
    }
    if (best === null) best = buffers.push({ bytes: tenancy.bytes, tenants: [] }) - 1;
    buffers[best]?.tenants.push(tenancy);
    places[index] = best;
  }
  return { buffers: buffers.map(({ bytes }) => bytes), places };
}

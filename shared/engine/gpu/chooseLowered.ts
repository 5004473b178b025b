/** Which tensors of a recorded step may be stored in 16 bits. */
import { canLower, listStorage, type StorageBinding } from "./lowerShader.ts";
import { sourceOf } from "./pipelineBindings.ts";
import type { Bound, Recording } from "./recording.ts";

/** A tensor that lives within the step: one of those that had a buffer of the arena, one after the other. */
export interface Tenant {
  readonly bytes: number;
  readonly first: number;
  last: number;
  /** False where the step reads it before it writes it, copies it, or keeps it: it stays in its buffer. */
  canMove: boolean;
  /** Whether all that use it bind it whole. */
  isWhole: boolean;
}

/** Tensors by `tenantKey`. */
export type Tenants = ReadonlyMap<GPUBuffer, ReadonlyMap<number, Tenant>>;

/** One dispatch, with what its program says of its bindings. */
interface Use {
  readonly label: string;
  readonly code: string | null;
  readonly bindings: readonly {
    readonly bound: Bound;
    /** Null for uniforms. */
    readonly storage: StorageBinding | null;
    readonly tenant: Tenant | null;
  }[];
}

/** Fewer numbers stay in 32 bits: losses, statistics of channels, scalars. They cost nothing. */
const fewestNumbers = 1024;

/** Programs whose buffers stay in 32 bits: losses and metrics, and sums in parts. By the beginnings of their keys. */
const exactPrograms = ["netloom_objective", "sumParts"];

/** The step's own tensors, from the first command that uses each to the last. */
export function listTenants(recording: Recording): Tenants {
  const tenants = new Map<GPUBuffer, Map<number, Tenant>>();
  let command = 0;
  const use = (bound: Pick<Bound, "buffer" | "tenant">, isWrite: boolean): Tenant | null => {
    const { buffer, tenant: number } = bound;
    if (number === null) return null;
    let own = tenants.get(buffer);
    if (own === undefined) tenants.set(buffer, (own = new Map<number, Tenant>()));
    let tenant = own.get(number);
    if (tenant === undefined) {
      const canMove = isWrite && !recording.lasting.has(buffer);
      tenant = { bytes: buffer.size, first: command, last: command, canMove, isWhole: true };
      own.set(number, tenant);
    }
    tenant.last = command;
    return tenant;
  };
  for (const segment of recording.segments) {
    if (segment.kind === "copy") {
      for (const bound of [
        { buffer: segment.source, tenant: segment.sourceTenant },
        { buffer: segment.target, tenant: segment.targetTenant },
      ]) {
        const tenant = use(bound, false);
        if (tenant) tenant.canMove = false;
      }
      command++;
      continue;
    }
    for (const [index, bindings] of segment.bound.entries()) {
      const pipeline = segment.pipelines[index];
      const source = pipeline === undefined ? null : sourceOf(pipeline);
      const written = new Set(
        listStorage(source?.code ?? "")
          .filter(({ isWritten }) => isWritten)
          .map(({ binding }) => binding),
      );
      for (const bound of bindings) {
        const tenant = use(bound, written.has(bound.binding));
        if (tenant && (bound.offset !== 0 || bound.size !== bound.buffer.size))
          tenant.isWhole = false;
      }
      command++;
    }
  }
  return tenants;
}

export function findTenant(
  tenants: Tenants,
  { buffer, tenant }: Pick<Bound, "buffer" | "tenant">,
): Tenant | null {
  return tenant === null ? null : (tenants.get(buffer)?.get(tenant) ?? null);
}

/**
 * Tensors that may be stored in 16 bits: every program that uses one can be rewritten, and none of these is true of it:
 * - it has fewer than 1024 numbers;
 * - it is bound together with a write to a trained weight: a weight's gradient;
 * - it is made of nothing but what outlives the step: the batch, random numbers, weights in another order;
 * - whole numbers are made of it: indices, classes, masks;
 * - a loss, a metric or a sum in parts reads or writes it.
 */
export function chooseLowered(
  recording: Recording,
  tenants: Tenants,
  isWeight: (buffer: GPUBuffer) => boolean,
): ReadonlySet<Tenant> {
  const uses = listUses(recording, tenants);
  const exact = new Set<Tenant>();
  const keep = (tenant: Tenant | null) => {
    if (tenant) exact.add(tenant);
  };
  for (const { code, label, bindings } of uses) {
    const written = bindings.filter(({ storage }) => storage?.isWritten === true);
    const read = bindings.filter(({ storage }) => storage?.isWritten === false);
    const isExact =
      code === null ||
      exactPrograms.some((name) => label.startsWith(name)) ||
      written.some(({ bound }) => bound.tenant === null && isWeight(bound.buffer)) ||
      !bindings.some(({ storage, tenant }) => storage?.isWritten === false && isOwn(tenant));
    if (isExact) for (const { tenant } of bindings) keep(tenant);
    if (written.some(({ storage }) => !/f32/.test(storage?.element ?? "")))
      for (const { tenant } of read) keep(tenant);
    for (const { storage, tenant } of bindings) {
      if (tenant === null) continue;
      const isFit = tenant.canMove && tenant.isWhole && tenant.bytes >= 4 * fewestNumbers;
      if (!isFit || code === null || storage === null || !canLower(code, storage)) keep(tenant);
    }
  }
  const all = [...tenants.values()].flatMap((own) => [...own.values()]);
  return new Set(all.filter((tenant) => !exact.has(tenant)));
}

/** Whether the step itself computed it; constants that were uploaded in its course don't count. */
function isOwn(tenant: Tenant | null): boolean {
  return tenant !== null && tenant.canMove;
}

function listUses(recording: Recording, tenants: Tenants): readonly Use[] {
  return recording.segments.flatMap((segment) =>
    segment.kind === "copy"
      ? []
      : segment.pipelines.map((pipeline, index): Use => {
          const source = sourceOf(pipeline);
          const storages = source === null ? [] : listStorage(source.code);
          return {
            label: pipeline.label,
            code: source?.code ?? null,
            bindings: (segment.bound[index] ?? []).map((bound) => ({
              bound,
              storage: storages.find(({ binding }) => binding === bound.binding) ?? null,
              tenant: findTenant(tenants, bound),
            })),
          };
        }),
  );
}

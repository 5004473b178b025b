/**
 * A recorded step whose intermediates are stored in 16 bits: half the memory and half the traffic, for every layer, without
 * a kernel of its own. Each tensor that lives within the step gets a new place; programs that use one that is stored in 16
 * bits are rewritten. Sums, weights, their gradients and whatever else must be exact stay in 32 bits (`chooseLowered`).
 */
import { err, ok, type Result } from "../../base/result.ts";
import {
  chooseLowered,
  findTenant,
  listTenants,
  type Tenant,
  type Tenants,
} from "./chooseLowered.ts";
import { listStorage, lowerShader, type LoweredStorage } from "./lowerShader.ts";
import { sourceOf } from "./pipelineBindings.ts";
import { planMemory } from "./planMemory.ts";
import type { Bound, PassSegment, Recording } from "./recording.ts";

export interface LoweredRecording {
  readonly recording: Recording;
  /** Of the intermediates that got new places. */
  readonly bytes: number;
  dispose(): void;
}

export interface LowerOptions {
  readonly form: LoweredStorage;
  /** Buffers of trained weights: what is read together with a write to one, a gradient, stays in 32 bits. */
  readonly isWeight: (buffer: GPUBuffer) => boolean;
}

export interface LowerRequest extends LowerOptions {
  /** Called before memory is taken: the step's buffers are not needed any more but for these. */
  readonly makeRoom: (kept: ReadonlySet<GPUBuffer>) => void;
}

/** Fails, for people, where a rewritten program is not valid on this device. */
export async function lowerRecording(
  device: GPUDevice,
  recording: Recording,
  options: LowerRequest,
): Promise<Result<LoweredRecording, string>> {
  const { form } = options;
  const tenants = listTenants(recording);
  const chosen = chooseLowered(recording, tenants, options.isWeight);
  const compiled = await compileLowered(device, recording, { tenants, chosen, form });
  if (!compiled.ok) return compiled;

  const bytesOf = (tenant: Tenant, bytes: number) =>
    form === "half" && chosen.has(tenant) ? halve(bytes) : bytes;
  const moved = [...tenants.values()]
    .flatMap((own) => [...own.values()])
    .filter(({ canMove }) => canMove);
  const plan = planMemory(
    moved.map((tenant) => ({ ...tenant, bytes: bytesOf(tenant, tenant.bytes) })),
  );
  options.makeRoom(listKept(recording, tenants));
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffers = plan.buffers.map((size) => device.createBuffer({ size, usage }));
  const places = new Map(moved.map((tenant, index) => [tenant, buffers[plan.places[index] ?? -1]]));
  const place = (bound: Bound): GPUBufferBinding => {
    const { offset, size } = bound;
    const tenant = findTenant(tenants, bound);
    const buffer = tenant === null ? undefined : places.get(tenant);
    if (tenant !== null && buffer !== undefined)
      return { buffer, offset, size: bytesOf(tenant, size) };
    return { buffer: bound.buffer, offset, size };
  };
  const segments = recording.segments.map((segment) => {
    if (segment.kind === "copy") return segment;
    const pipelines = compiled.value.get(segment) ?? segment.pipelines;
    const bindGroups = pipelines.map((pipeline, index) =>
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: (segment.bound[index] ?? []).map((bound) => ({
          binding: bound.binding,
          resource: place(bound),
        })),
      }),
    );
    return { ...segment, pipelines, bindGroups };
  });
  return ok({
    recording: { ...recording, segments },
    bytes: plan.buffers.reduce((total, bytes) => total + bytes, 0),
    dispose() {
      for (const buffer of buffers) buffer.destroy();
    },
  });
}

/** Buffers that are used for what does not move. */
function listKept(recording: Recording, tenants: Tenants): ReadonlySet<GPUBuffer> {
  const kept = new Set<GPUBuffer>();
  for (const segment of recording.segments) {
    if (segment.kind === "copy") {
      kept.add(segment.source).add(segment.target);
      continue;
    }
    for (const bound of segment.bound.flat())
      if (findTenant(tenants, bound)?.canMove !== true) kept.add(bound.buffer);
  }
  return kept;
}

/** Bindings are whole words. */
function halve(bytes: number): number {
  return 4 * Math.ceil(bytes / 8);
}

/** The pipelines of each pass, those that use a lowered tensor made anew: all at once, the same ones once. */
async function compileLowered(
  device: GPUDevice,
  recording: Recording,
  options: {
    readonly tenants: Tenants;
    readonly chosen: ReadonlySet<Tenant>;
    readonly form: LoweredStorage;
  },
): Promise<Result<ReadonlyMap<PassSegment, GPUComputePipeline[]>, string>> {
  const { tenants, chosen, form } = options;
  const known = new Map<GPUComputePipeline, Map<string, Promise<GPUComputePipeline>>>();
  const find = (
    pipeline: GPUComputePipeline,
    bound: readonly Bound[],
  ): Promise<GPUComputePipeline> => {
    const source = sourceOf(pipeline);
    if (source === null) return Promise.resolve(pipeline);
    const numbers = new Set(
      bound.flatMap((one) => {
        const tenant = findTenant(tenants, one);
        return tenant !== null && chosen.has(tenant) ? [one.binding] : [];
      }),
    );
    const storages = listStorage(source.code).filter(({ binding }) => numbers.has(binding));
    if (storages.length === 0) return Promise.resolve(pipeline);
    const key = storages.map(({ binding }) => binding).join();
    const own = known.get(pipeline) ?? new Map<string, Promise<GPUComputePipeline>>();
    known.set(pipeline, own);
    const before = own.get(key);
    if (before) return before;
    const code = lowerShader(source.code, storages, form);
    if (code === null) throw new Error(`${pipeline.label} was said to be fit for 16 bits.`);
    const { descriptor } = source;
    const made = device.createComputePipelineAsync({
      ...descriptor,
      compute: { ...descriptor.compute, module: device.createShaderModule({ code }) },
    });
    own.set(key, made);
    return made;
  };
  const passes = recording.segments.filter((segment) => segment.kind === "pass");
  // A text that is not valid would else end the run: the device tells everybody.
  device.pushErrorScope("validation");
  const wanted = passes.map(({ pipelines, bound }) =>
    pipelines.map((pipeline, index) => find(pipeline, bound[index] ?? [])),
  );
  const complaint = device.popErrorScope();
  try {
    const made = await Promise.all(wanted.map((pipelines) => Promise.all(pipelines)));
    const error = await complaint;
    if (error !== null) return err(error.message);
    return ok(new Map(passes.map((segment, index) => [segment, made[index] ?? []])));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

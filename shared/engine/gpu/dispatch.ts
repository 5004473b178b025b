/**
 * One WebGPU dispatch with bindings of our own: several outputs, buffers changed in place, constants kept on the device.
 * Kernels of ours go through here, stock ones through tfjs's `runWebGPUProgram`; both end in the same command encoder, so
 * that they run in order and can be recorded together.
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

export interface GpuProgram {
  /** Names the WGSL: two programs with the same key have the same text and kinds of bindings. */
  readonly key: string;
  /** In the order of their numbers. A tensor must not be bound twice where one binding writes. */
  readonly bindings: readonly GpuBinding[];
  /** Whole numbers read as `uniforms.<name>` (u32, like every index). They stay on the device: same numbers, no upload. */
  readonly uniforms?: Readonly<Record<string, number>>;
  readonly workgroups: readonly [x: number, y?: number, z?: number];
  /** Whether invocations of a subgroup speak with each other; the device must have the feature "subgroups". */
  readonly subgroups?: boolean;
  /** Everything but the bindings: functions, shared memory, and `@compute @workgroup_size(…) fn main(…)`. */
  readonly wgsl: string;
}

export interface GpuBinding {
  readonly name: string;
  readonly tensor: tf.TensorInfo;
  readonly access: "read" | "read_write";
  /** What the array holds; a `vec4<f32>` needs a size that 4 divides. Default `f32`; int32 and bool tensors are `i32`. */
  readonly element?:
    | "f32"
    | "i32"
    | "u32"
    | "vec2<f32>"
    | "vec4<f32>"
    | "vec4<u32>"
    | "atomic<u32>";
}

/** What tfjs keeps to itself but this needs (src/backend_webgpu.ts of 4.22). */
interface Internals {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
}

interface DeviceCache {
  readonly pipelines: Map<string, GPUComputePipeline>;
  /** Under way while kernels are only compiled. */
  readonly pending: Map<string, Promise<void>>;
  readonly uniforms: Map<string, GPUBuffer>;
}

const caches = new WeakMap<GPUDevice, DeviceCache>();

/** Dispatches this often before tfjs's command buffer is submitted by itself; a step submits once, at its end. */
const mostDispatches = 2000;

/** Encodes the program; its outputs are tensors that the caller has made with `makeOutput`. */
export function dispatch(backend: WebGPUBackend, program: GpuProgram): void {
  const { device } = backend;
  const cache = findCache(device);
  // tfjs's own programs do the same under this flag (src/backend_webgpu.ts, `runWebGPUProgram`).
  if (tf.env().getBool(compileOnlyFlag)) {
    compileLater(device, cache, program);
    return;
  }
  const entries = program.bindings.map(({ tensor }, binding) => ({
    binding,
    resource: { buffer: bufferOf(backend, tensor) },
  }));
  const numbers = Object.values(program.uniforms ?? {});
  if (numbers.length > 0) {
    const buffer = findUniforms(device, cache, numbers);
    entries.push({ binding: entries.length, resource: { buffer } });
  }
  const pipeline = findPipeline(device, cache, program);
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  // The fields are private in tfjs's types; a test holds that they are there.
  const internals = backend as unknown as Internals;
  backend.ensureCommandEncoderReady();
  const pass = (internals.computePassEncoder ??= begin(internals));
  for (const { tensor, access } of program.bindings) {
    internals.commandQueueOwnedIds.add(tensor.dataId);
    if (access === "read_write") forgetValues(backend, tensor);
  }
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  const [x, y = 1, z = 1] = program.workgroups;
  pass.dispatchWorkgroups(x, y, z);
  internals.dispatchCountInPass++;
  if (internals.dispatchCountInPass >= mostDispatches) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}

/** tfjs keeps the values that a tensor was made of beside its buffer and would read those: they hold no longer. */
function forgetValues(backend: WebGPUBackend, tensor: tf.TensorInfo): void {
  const data: { values: unknown } = backend.tensorMap.get(tensor.dataId);
  data.values = null;
}

/** While it is set, programs are compiled beside each other and not run. */
export const compileOnlyFlag = "WEBGPU_ENGINE_COMPILE_ONLY";

/** Resolves when all programs of ours that are being compiled are there. What fails is compiled again when it runs. */
export async function awaitPrograms(backend: WebGPUBackend): Promise<void> {
  await Promise.all(findCache(backend.device).pending.values());
}

/** A tensor without values yet, its buffer not cleared: the program must write all of it. */
export function makeOutput(
  backend: WebGPUBackend,
  shape: readonly number[],
  dtype: "float32" | "int32" = "float32",
): tf.TensorInfo {
  const info = backend.makeTensorInfo([...shape], dtype);
  backend.uploadToGPU(info.dataId);
  return info;
}

/** The buffer that a tensor lies in; uploads it where it was still in plain memory. */
export function bufferOf(backend: WebGPUBackend, tensor: tf.TensorInfo): GPUBuffer {
  backend.uploadToGPU(tensor.dataId);
  const { resource } = backend.tensorMap.get(tensor.dataId);
  if (resource === undefined || !("mapState" in resource)) {
    throw new Error("A tensor of this program lies in no buffer.");
  }
  return resource;
}

/** `index` of a one-dimensional program of any size: workgroups along x and y, as many as the device takes. */
export function spreadWorkgroups(
  backend: WebGPUBackend,
  count: number,
): readonly [x: number, y: number] {
  const most = backend.device.limits.maxComputeWorkgroupsPerDimension;
  if (count <= most) return [Math.max(1, count), 1];
  const rows = Math.ceil(count / most);
  return [Math.ceil(count / rows), rows];
}

export function hasSubgroups({ device }: WebGPUBackend): boolean {
  return device.features.has("subgroups");
}

function begin(internals: Internals): GPUComputePassEncoder {
  if (internals.commandEncoder === null) throw new Error("There is no command encoder.");
  return internals.commandEncoder.beginComputePass();
}

function findCache(device: GPUDevice): DeviceCache {
  const known = caches.get(device);
  if (known !== undefined) return known;
  const cache = { pipelines: new Map(), pending: new Map(), uniforms: new Map() };
  caches.set(device, cache);
  return cache;
}

/** Buffers of constants are written once and never again, so that recorded steps may bind them. */
function findUniforms(
  device: GPUDevice,
  cache: DeviceCache,
  numbers: readonly number[],
): GPUBuffer {
  const key = numbers.join();
  const known = cache.uniforms.get(key);
  if (known !== undefined) return known;
  const values = new Uint32Array(Math.ceil(numbers.length / 4) * 4);
  values.set(numbers);
  const buffer = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    mappedAtCreation: true,
  });
  new Uint32Array(buffer.getMappedRange()).set(values);
  buffer.unmap();
  cache.uniforms.set(key, buffer);
  return buffer;
}

function findPipeline(
  device: GPUDevice,
  cache: DeviceCache,
  program: GpuProgram,
): GPUComputePipeline {
  const known = cache.pipelines.get(program.key);
  if (known !== undefined) return known;
  const pipeline = device.createComputePipeline(describePipeline(device, program));
  cache.pipelines.set(program.key, pipeline);
  return pipeline;
}

function compileLater(device: GPUDevice, cache: DeviceCache, program: GpuProgram): void {
  const { key } = program;
  if (cache.pipelines.has(key) || cache.pending.has(key)) return;
  const compiled = device.createComputePipelineAsync(describePipeline(device, program)).then(
    (pipeline) => void cache.pipelines.set(key, pipeline),
    () => {},
  );
  cache.pending.set(
    key,
    compiled.finally(() => cache.pending.delete(key)),
  );
}

function describePipeline(device: GPUDevice, program: GpuProgram): GPUComputePipelineDescriptor {
  return {
    label: program.key,
    layout: "auto",
    compute: { module: device.createShaderModule({ code: writeShader(program) }) },
  };
}

function writeShader({ bindings, uniforms = {}, subgroups = false, wgsl }: GpuProgram): string {
  // Our programs take care themselves that neighbours which speak with each other all take part.
  const head = subgroups ? ["enable subgroups;", "diagnostic(off, subgroup_uniformity);"] : [];
  const lines = bindings.map(({ name, tensor, access, element }, index) => {
    const type = element ?? (tensor.dtype === "float32" ? "f32" : "i32");
    return `@group(0) @binding(${index}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  const names = Object.keys(uniforms);
  if (names.length > 0) {
    lines.push(`struct Uniforms { ${names.map((name) => `${name}: u32,`).join(" ")} }`);
    lines.push(`@group(0) @binding(${bindings.length}) var<uniform> uniforms: Uniforms;`);
  }
  return `${[...head, ...lines].join("\n")}\n${wgsl}`;
}

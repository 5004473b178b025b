/** What a pipeline does, read from its WGSL: WebGPU itself does not tell. */

/** What a pipeline was made of. */
export interface PipelineSource {
  readonly code: string;
  readonly descriptor: GPUComputePipelineDescriptor;
}

const written = new WeakMap<GPUComputePipeline, ReadonlySet<number>>();
const sources = new WeakMap<GPUComputePipeline, PipelineSource>();
const watched = new WeakSet<GPUDevice>();

/** Has the device note the WGSL of every pipeline made from now on. */
export function watchPipelines(device: GPUDevice): void {
  if (watched.has(device)) return;
  watched.add(device);
  const codes = new WeakMap<GPUShaderModule, string>();
  const createModule = device.createShaderModule.bind(device);
  const create = device.createComputePipeline.bind(device);
  const createLater = device.createComputePipelineAsync.bind(device);
  device.createShaderModule = (descriptor) => {
    const module = createModule(descriptor);
    codes.set(module, descriptor.code);
    return module;
  };
  const note = (descriptor: GPUComputePipelineDescriptor, pipeline: GPUComputePipeline) => {
    const code = codes.get(descriptor.compute.module);
    if (code === undefined) return pipeline;
    written.set(pipeline, listWritten(code));
    sources.set(pipeline, { code, descriptor });
    return pipeline;
  };
  device.createComputePipeline = (descriptor) => note(descriptor, create(descriptor));
  device.createComputePipelineAsync = async (descriptor) =>
    note(descriptor, await createLater(descriptor));
}

/** Numbers of the bindings that the pipeline may write; null where its WGSL has not been seen. */
export function writtenBindings(pipeline: GPUComputePipeline): ReadonlySet<number> | null {
  return written.get(pipeline) ?? null;
}

export function sourceOf(pipeline: GPUComputePipeline): PipelineSource | null {
  return sources.get(pipeline) ?? null;
}

function listWritten(code: string): ReadonlySet<number> {
  const found = code.matchAll(/@binding\((\d+)\)\s*var\s*<\s*storage\s*,\s*read_write\s*>/g);
  return new Set([...found].map(([, number]) => Number(number)));
}

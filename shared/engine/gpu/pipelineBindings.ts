/** Which bindings a pipeline may write, read from its WGSL: WebGPU itself does not tell. */

const written = new WeakMap<GPUComputePipeline, ReadonlySet<number>>();
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
    if (code !== undefined) written.set(pipeline, listWritten(code));
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

function listWritten(code: string): ReadonlySet<number> {
  const found = code.matchAll(/@binding\((\d+)\)\s*var\s*<\s*storage\s*,\s*read_write\s*>/g);
  return new Set([...found].map(([, number]) => Number(number)));
}

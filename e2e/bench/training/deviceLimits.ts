/** What the device can do at best, measured the same way as the training: the yardstick for a step's time. */
export interface DeviceLimits {
  /** "SwiftShader driver 5.0.0", "NVIDIA …", as the adapter calls itself. */
  readonly device: string;
  /** True where a rasteriser on the processor stands in for a GPU. */
  readonly isSoftware: boolean;
  /** Multiply-adds in registers, counted as two operations each, per second. */
  readonly peakFlops: number;
  /** Bytes read and written per second by a copying kernel. */
  readonly copyBytes: number;
  /** Milliseconds of one dispatch that does nothing, among many in one pass. */
  readonly emptyDispatchMs: number;
}

const rounds = 5;
const workgroup = 128;

/** Takes a device of its own from the runtime's `navigator.gpu`. */
export async function measureDeviceLimits(): Promise<DeviceLimits> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("There is no adapter.");
  const { description, device: model, vendor, architecture } = adapter.info;
  const device = await adapter.requestDevice();
  const limits = {
    device: description || model || [vendor, architecture].filter(Boolean).join(" "),
    isSoftware: /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(
      `${architecture} ${description} ${model}`,
    ),
    peakFlops: await measureFlops(device),
    copyBytes: await measureCopy(device),
    emptyDispatchMs: await measureEmpty(device),
  };
  device.destroy();
  return limits;
}

/** The best of a few kernels, since compilers differ in how much they hold in registers. */
async function measureFlops(device: GPUDevice): Promise<number> {
  const loops = 128;
  let best = 0;
  for (const chains of [2, 4, 8]) {
    const names = Array.from({ length: chains }, (_, index) => `v${index}`);
    const repeats = 32 / chains;
    const once = names.map((name) => `${name} = fma(${name}, vec4<f32>(0.999), k);`).join(" ");
    const code = `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@compute @workgroup_size(${workgroup}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let k = vec4<f32>(f32(id.x % 64u));
  ${names.map((name, index) => `var ${name} = k + ${index}.0;`).join(" ")}
  for (var i = 0u; i < ${loops}u; i++) { ${once.repeat(repeats)} }
  to[id.x % 65536u] = ${names.join(" + ")};
}`;
    const kernel = makeKernel(device, code, [makeStorage(device, 65536 * 16)]);
    // A GPU is only busy with a million invocations and more; a software adapter would be so for minutes.
    for (let workgroups = 64; workgroups <= 32768; workgroups *= 8) {
      const ms = await timeKernel(device, kernel, { workgroups, times: 1 });
      best = Math.max(best, (workgroups * workgroup * loops * 32 * 4 * 2) / (ms / 1000));
      if (ms > 20) break;
    }
  }
  return best;
}

/** The best of a plain copy and of kernels that copy: software adapters are slow at the latter. */
async function measureCopy(device: GPUDevice): Promise<number> {
  const bytes = 64 * 1024 * 1024;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [to, source] = [
    device.createBuffer({ size: bytes, usage }),
    device.createBuffer({ size: bytes, usage }),
  ];
  // Memory that nobody wrote may be one page of zeros over and over.
  const fill = makeKernel(
    device,
    `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@compute @workgroup_size(${workgroup}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var index = id.x; index < ${bytes / 16}u; index += ${64 * workgroup}u) { to[index] = vec4<f32>(f32(index)); }
}`,
    [source],
  );
  await timeKernel(device, fill, { workgroups: 64, times: 1 });
  const times = 4;
  let fewest = await timeCommands(device, (encoder) => {
    for (let time = 0; time < times; time++) encoder.copyBufferToBuffer(source, 0, to, 0, bytes);
  });
  for (const each of [1, 4]) {
    const workgroups = bytes / 16 / workgroup / each;
    const code = `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@compute @workgroup_size(${workgroup}) fn main(
  @builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>) {
  let stride = count.x * count.y * ${workgroup}u;
  var index = id.y * count.x * ${workgroup}u + id.x;
  ${"to[index] = source[index]; index += stride; ".repeat(each)}
}`;
    const kernel = makeKernel(device, code, [to, source]);
    fewest = Math.min(fewest, await timeKernel(device, kernel, { workgroups, times }));
  }
  return (times * 2 * bytes) / (fewest / 1000);
}

async function measureEmpty(device: GPUDevice): Promise<number> {
  const kernel = makeKernel(
    device,
    `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@compute @workgroup_size(1) fn main() { to[0].x = 1.0; }`,
    [makeStorage(device, 16)],
  );
  const times = 500;
  return (await timeKernel(device, kernel, { workgroups: 1, times })) / times;
}

interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

function makeStorage(device: GPUDevice, size: number): GPUBuffer {
  return device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
}

function makeKernel(device: GPUDevice, code: string, buffers: readonly GPUBuffer[]): Kernel {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return { pipeline, group };
}

function timeKernel(
  device: GPUDevice,
  { pipeline, group }: Kernel,
  { workgroups, times }: { readonly workgroups: number; readonly times: number },
): Promise<number> {
  return timeCommands(device, (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const rows = Math.ceil(workgroups / device.limits.maxComputeWorkgroupsPerDimension);
    for (let time = 0; time < times; time++) pass.dispatchWorkgroups(workgroups / rows, rows);
    pass.end();
  });
}

/** Fewest milliseconds of one submit: what the device can do, whatever else the machine does. */
async function timeCommands(
  device: GPUDevice,
  record: (encoder: GPUCommandEncoder) => void,
): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const encoder = device.createCommandEncoder();
    record(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    // The first one compiles.
    if (round > 0) fewest = Math.min(fewest, performance.now() - start);
  }
  return fewest;
}

/** What the device can do at best, measured the same way as the training: the yardstick for a step's time. */
export interface DeviceLimits {
  /** Multiply-adds in registers, counted as two operations each, per second. */
  readonly peakFlops: number;
  /** Bytes read and written per second by a copying kernel. */
  readonly copyBytes: number;
  /** Milliseconds of one dispatch that does nothing, among many in one pass. */
  readonly emptyDispatchMs: number;
}

const rounds = 5;

export async function measureDeviceLimits(device: GPUDevice): Promise<DeviceLimits> {
  const flops = await measureFlops(device);
  return {
    peakFlops: flops,
    copyBytes: await measureCopy(device),
    emptyDispatchMs: await measureEmpty(device),
  };
}

async function measureFlops(device: GPUDevice): Promise<number> {
  const steps = 256;
  const invocations = 64 * 256;
  const kernel = makeKernel(
    device,
    `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var a = vec4<f32>(f32(id.x)); var b = a + 1.0; var c = a + 2.0; var d = a + 3.0;
  for (var i = 0u; i < ${steps}u; i++) {
    a = fma(a, vec4<f32>(0.999), b); b = fma(b, vec4<f32>(0.999), c);
    c = fma(c, vec4<f32>(0.999), d); d = fma(d, vec4<f32>(0.999), a);
  }
  to[id.x] = a + b + c + d;
}`,
    [invocations * 16],
  );
  const ms = await timeKernel(device, kernel, { workgroups: invocations / 64, times: 4 });
  return (invocations * steps * 4 * 4 * 2 * 4) / (ms / 1000);
}

async function measureCopy(device: GPUDevice): Promise<number> {
  const bytes = 32 * 1024 * 1024;
  const kernel = makeKernel(
    device,
    `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) { to[id.x] = source[id.x]; }`,
    [bytes, bytes],
  );
  const ms = await timeKernel(device, kernel, { workgroups: bytes / 16 / 64, times: 4 });
  return (4 * 2 * bytes) / (ms / 1000);
}

async function measureEmpty(device: GPUDevice): Promise<number> {
  const kernel = makeKernel(
    device,
    `@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@compute @workgroup_size(1) fn main() { to[0].x = 1.0; }`,
    [16],
  );
  const times = 500;
  return (await timeKernel(device, kernel, { workgroups: 1, times })) / times;
}

interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

function makeKernel(device: GPUDevice, code: string, sizes: readonly number[]): Kernel {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = sizes.map((size, binding) => ({
    binding,
    resource: { buffer: device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }) },
  }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return { pipeline, group };
}

/** Median milliseconds of so many dispatches in one submit. */
async function timeKernel(
  device: GPUDevice,
  { pipeline, group }: Kernel,
  { workgroups, times }: { readonly workgroups: number; readonly times: number },
): Promise<number> {
  const measured: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const most = device.limits.maxComputeWorkgroupsPerDimension;
    const rows = Math.ceil(workgroups / most);
    for (let time = 0; time < times; time++)
      pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    // The first one compiles.
    if (round > 0) measured.push(performance.now() - start);
  }
  return measured.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? Number.NaN;
}

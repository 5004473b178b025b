/** The gradient of a GRU's two biases: sums over all samples and steps, in one dispatch. */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { areDirectProgramsUsed } from "../directKernels.ts";
import { dispatch, makeOutput } from "../gpu/dispatch.ts";

/** `[batch, time, width]` of the input's and of the state's part → `[2, width]`, as Keras's GRU with reset_after has it. */
export function sumRnnBias(
  backend: WebGPUBackend,
  gradient: tf.Tensor,
  hidden: tf.Tensor,
): tf.Tensor {
  const [batch = 1, time = 1, width = 1] = gradient.shape;
  // Where barriers are dear, one invocation a column; else 16 share one, and add up in a fixed order.
  const sharers = areDirectProgramsUsed() ? 1 : 16;
  const sums = makeOutput(backend, [2, width]);
  const read = (name: string) => `
    for (var row = sharer; row < uniforms.rows; row += ${sharers}u) { sum += ${name}[row * uniforms.width + column]; }`;
  dispatch(backend, {
    key: `rnnBias ${sharers}`,
    bindings: [
      { name: "gradient", tensor: gradient, access: "read" },
      { name: "hidden", tensor: hidden, access: "read" },
      { name: "sums", tensor: sums, access: "read_write" },
    ],
    uniforms: { rows: batch * time, width },
    workgroups: [Math.ceil(width / 16), 2],
    wgsl: `
${sharers > 1 ? `var<workgroup> shares: array<f32, ${16 * sharers}>;` : ""}
@compute @workgroup_size(${16 * sharers}) fn main(
  @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let column = group.x * 16u + local % 16u;
  let sharer = local / 16u;
  var sum = 0.0;
  if (column < uniforms.width) {
    if (group.y == 0u) { ${read("gradient")} } else { ${read("hidden")} }
  }
  ${
    sharers > 1
      ? `shares[local] = sum;
  workgroupBarrier();
  if (sharer > 0u) { return; }
  sum = 0.0;
  for (var at = 0u; at < ${sharers}u; at++) { sum += shares[at * 16u + local]; }`
      : ""
  }
  if (column < uniforms.width) { sums[group.y * uniforms.width + column] = sum; }
}`,
  });
  return tf.engine().makeTensorFromTensorInfo(sums);
}

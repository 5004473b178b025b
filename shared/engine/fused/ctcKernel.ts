/**
 * Alignments of labels with steps in one dispatch, where ops would take some forty a step. A workgroup does one sample: it
 * goes forward through the steps, 64 places beside each other, and back again, which gives the slopes as well.
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch, makeOutput } from "../gpu/dispatch.ts";

const kernelName = "NetloomAlignments";

/**
 * Minus the logarithm of the chance of all alignments, [batch]. `emissions`: logarithms of chances, [batch, steps, places],
 * a blank before and behind every label; `repeats`: [batch, labels]; `lengths`: [batch]. Only on WebGPU.
 */
export function alignOnDevice(
  emissions: tf.Tensor,
  places: { readonly repeats: tf.Tensor; readonly lengths: tf.Tensor },
): tf.Tensor {
  const outputs: tf.Tensor[] = tf.engine().runKernel(kernelName, { emissions, ...places });
  const [losses] = outputs;
  if (losses === undefined) throw new Error("The alignment gave nothing.");
  return losses;
}

tf.registerKernel({
  kernelName,
  backendName: "webgpu",
  kernelFunc({ inputs, backend }) {
    // The engine hands over the backend that the kernel is registered for, and what `alignOnDevice` gave.
    const gpu = backend as WebGPUBackend;
    const { emissions, repeats, lengths } = inputs as Readonly<
      Record<"emissions" | "repeats" | "lengths", tf.TensorInfo>
    >;
    const [batch = 1, steps = 1, places = 1] = emissions.shape;
    const losses = makeOutput(gpu, [batch]);
    const slopes = makeOutput(gpu, [batch, steps, places]);
    const backward = makeOutput(gpu, [batch, 2, places]);
    dispatch(gpu, {
      key: "netloom_alignments",
      bindings: [
        { name: "emissions", tensor: emissions, access: "read" },
        { name: "repeats", tensor: repeats, access: "read" },
        { name: "lengths", tensor: lengths, access: "read" },
        { name: "losses", tensor: losses, access: "read_write" },
        { name: "slopes", tensor: slopes, access: "read_write" },
        { name: "backward", tensor: backward, access: "read_write" },
      ],
      uniforms: { steps, places },
      workgroups: [batch],
      wgsl: alignments,
    });
    gpu.disposeData(backward.dataId);
    return [losses, slopes];
  },
});

tf.registerGradient({
  kernelName,
  outputsToSave: [false, true],
  gradFunc(changes, saved) {
    const [change] = Array.isArray(changes) ? changes : [changes];
    const [slopes] = saved;
    if (change === undefined || slopes === undefined) throw new Error("Nothing was saved.");
    return { emissions: () => tf.mul(slopes, tf.reshape(change, [-1, 1, 1])) };
  },
});

/** `slopes` holds the forward recursion first; the way back puts the slopes in its place, step by step. */
const alignments = `const impossible = -1e5;
fn add_chances(a: f32, b: f32, c: f32) -> f32 {
  let most = max(a, max(b, c));
  return most + log(exp(a - most) + exp(b - most) + exp(c - most));
}
fn at(sample: u32, step: u32, place: u32) -> u32 {
  return (sample * uniforms.steps + step) * uniforms.places + place;
}
// Whether a label may follow the one before it without the blank that lies before this place.
fn may_skip(sample: u32, place: u32) -> bool {
  if (place < 3u || place >= uniforms.places || place % 2u == 0u) { return false; }
  return repeats[sample * (uniforms.places / 2u) + place / 2u] == 0.0;
}
fn after(sample: u32, step: u32, place: u32, is_possible: bool) -> f32 {
  if (!is_possible || place >= uniforms.places) { return impossible; }
  return backward[(sample * 2u + step % 2u) * uniforms.places + place] + emissions[at(sample, step, place)];
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let sample = group.x;
  for (var place = lane; place < uniforms.places; place += 64u) {
    slopes[at(sample, 0u, place)] = emissions[at(sample, 0u, place)] + select(impossible, 0.0, place < 2u);
  }
  for (var step = 1u; step < uniforms.steps; step++) {
    storageBarrier();
    for (var place = lane; place < uniforms.places; place += 64u) {
      let stay = slopes[at(sample, step - 1u, place)];
      var advance = impossible;
      var skip = impossible;
      if (place > 0u) { advance = slopes[at(sample, step - 1u, place - 1u)]; }
      if (may_skip(sample, place)) { skip = slopes[at(sample, step - 1u, place - 2u)]; }
      slopes[at(sample, step, place)] = add_chances(stay, advance, skip) + emissions[at(sample, step, place)];
    }
  }
  storageBarrier();
  let last = uniforms.steps - 1u;
  let end = 2u * u32(lengths[sample]);
  var label = impossible;
  if (end > 0u) { label = slopes[at(sample, last, end - 1u)]; }
  let whole = add_chances(slopes[at(sample, last, end)], label, impossible);
  if (lane == 0u) { losses[sample] = -whole; }
  storageBarrier();
  for (var left = uniforms.steps; left > 0u; left--) {
    let step = left - 1u;
    for (var place = lane; place < uniforms.places; place += 64u) {
      var onward = select(impossible, 0.0, place == end || place + 1u == end);
      if (step < last) {
        onward = add_chances(
          after(sample, step + 1u, place, true),
          after(sample, step + 1u, place + 1u, true),
          after(sample, step + 1u, place + 2u, may_skip(sample, place + 2u)),
        );
      }
      backward[(sample * 2u + step % 2u) * uniforms.places + place] = onward;
      slopes[at(sample, step, place)] = -exp(slopes[at(sample, step, place)] + onward - whole);
    }
    storageBarrier();
  }
}`;

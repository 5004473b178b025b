/** Histograms of chances, split by the truth: what areas under curves are computed from. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch, makeOutput } from "./gpu/dispatch.ts";

const kernelName = "NetloomBuckets";

/**
 * Counts of truths that are 1, then of those that are 0, per bucket of the chances: `[2 * buckets]`. Both inputs are
 * one-dimensional; a chance of exactly a threshold belongs to the bucket below it, as in Keras.
 */
export function countInBuckets(truth: tf.Tensor, chances: tf.Tensor, buckets: number): tf.Tensor1D {
  if (tf.backend() instanceof WebGPUBackend) {
    return tf.engine().runKernel(kernelName, { truth, chances }, { buckets });
  }
  return tf.tidy(() => {
    const place = tf.relu(tf.sub(tf.ceil(tf.mul(chances, buckets - 1)), 1));
    const member = tf.oneHot(tf.cast(place, "int32"), buckets).toFloat();
    const isTrue = tf.cast(tf.notEqual(truth, 0), "float32");
    const rows = tf.stack([isTrue, tf.sub(1, isTrue)]);
    return tf.matMul(tf.reshape(rows, [2, -1]), member.as2D(-1, buckets)).as1D();
  });
}

/** One thread per bucket counts on its own: nothing is added atomically, so that counts never differ. */
tf.registerKernel({
  kernelName,
  backendName: "webgpu",
  kernelFunc({ inputs, attrs, backend }) {
    // The engine hands over the backend that the kernel was registered for, and the attributes given above.
    const gpu = backend as WebGPUBackend;
    const { buckets } = attrs as unknown as { buckets: number };
    const { truth, chances } = inputs as { truth: tf.TensorInfo; chances: tf.TensorInfo };
    const output = makeOutput(gpu, [2 * buckets]);
    dispatch(gpu, {
      key: "netloom_buckets",
      bindings: [
        { name: "truth", tensor: truth, access: "read" },
        { name: "chances", tensor: chances, access: "read" },
        { name: "counts", tensor: output, access: "read_write" },
      ],
      uniforms: { buckets, size: chances.shape[0] ?? 0 },
      workgroups: [Math.ceil(buckets / 64)],
      wgsl: `@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= uniforms.buckets) { return; }
  var yes = 0.0;
  var no = 0.0;
  for (var at = 0u; at < uniforms.size; at++) {
    let place = u32(max(ceil(chances[at] * f32(uniforms.buckets - 1u)) - 1.0, 0.0));
    if (place == id.x) {
      let is_true = select(0.0, 1.0, truth[at] != 0.0);
      yes += is_true;
      no += 1.0 - is_true;
    }
  }
  counts[id.x] = yes;
  counts[uniforms.buckets + id.x] = no;
}`,
    });
    return output;
  },
});

import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { LayerTime } from "../../training/observations.ts";
import { executeModel } from "../executeModel.ts";
import type { Session } from "../session.ts";
import { round } from "./statistics.ts";
import { withoutTraces } from "./withoutTraces.ts";

/** Browsers round timestamps to 100 µs: each layer runs this often in its pass. */
const repetitions = 4;
/** A query set holds at most 4096 timestamps, two a layer. */
const mostLayers = 2048;

/** What tfjs keeps to itself but this needs (src/backend_webgpu.ts of 4.22). */
interface Internals {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
}

/**
 * How long each layer takes for a forward pass over the samples: by the GPU's timestamps where it has them, one pass a
 * layer; on the processor by the clock. Empty where neither can be had. Leaves nothing behind in the model.
 */
export async function timeLayers(
  session: Session,
  samples: Uint32Array,
): Promise<readonly LayerTime[]> {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) {
    return tf.getBackend() === "cpu" ? timeByClock(session, samples) : [];
  }
  if (!backend.device.features.has("timestamp-query")) return [];
  const { device } = backend;
  const count = 2 * Math.min(mostLayers, session.plan.layers.length);
  const queries = device.createQuerySet({ type: "timestamp", count });
  const size = 8 * count;
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const resolved = device.createBuffer({ size, usage });
  const target = device.createBuffer({
    size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const names: string[] = [];
  // The fields are private in tfjs's types.
  const internals = backend as unknown as Internals;
  const flag = "WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE";
  const before = tf.env().getNumber(flag);
  // A submit would end the pass that is timed.
  tf.env().set(flag, 2000);
  try {
    runOnce(session, samples, (name, run) => {
      if (2 * names.length >= count) return run();
      backend.endComputePassEncoder();
      backend.ensureCommandEncoderReady();
      const place = 2 * names.length;
      names.push(name);
      internals.computePassEncoder =
        internals.commandEncoder?.beginComputePass({
          timestampWrites: {
            querySet: queries,
            beginningOfPassWriteIndex: place,
            endOfPassWriteIndex: place + 1,
          },
        }) ?? null;
      const early = Array.from({ length: repetitions - 1 }, run).flat();
      const outputs = run();
      backend.endComputePassEncoder();
      // A layer that does nothing gives what it got, each time.
      tf.dispose(early.filter((output) => !outputs.includes(output)));
      return outputs;
    });
    backend.submitQueue();
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(queries, 0, 2 * names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, target, 0, size);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(target.getMappedRange());
    const times = names.map((name, index) => {
      const nanoseconds = Number((stamps[2 * index + 1] ?? 0n) - (stamps[2 * index] ?? 0n));
      return { name, elapsedMs: Math.max(0, nanoseconds) / 1e6 / repetitions };
    });
    return nameTimes(session, times);
  } finally {
    tf.env().set(flag, before);
    queries.destroy();
    resolved.destroy();
    target.destroy();
  }
}

function timeByClock(session: Session, samples: Uint32Array): readonly LayerTime[] {
  const times: { name: string; elapsedMs: number }[] = [];
  runOnce(session, samples, (name, run) => {
    const startMs = performance.now();
    const outputs = run();
    times.push({ name, elapsedMs: performance.now() - startMs });
    return outputs;
  });
  return nameTimes(session, times);
}

type Around = (name: string, run: () => tf.Tensor[]) => tf.Tensor[];

function runOnce({ model, reader }: Session, samples: Uint32Array, around: Around): void {
  const batch = reader.read(samples);
  const backend = tf.backend();
  // An upload within a pass would end it.
  if (backend instanceof WebGPUBackend)
    for (const { dataId } of batch.inputs) backend.uploadToGPU(dataId);
  try {
    tf.tidy(() => {
      withoutTraces(model, () => executeModel(model, batch.inputs, { training: true, around }));
    });
  } finally {
    batch.dispose();
  }
}

/** Uses of a layer have one name in the model and several in the plan, in the same order. */
function nameTimes(
  { plan }: Session,
  times: readonly { readonly name: string; readonly elapsedMs: number }[],
): readonly LayerTime[] {
  const left = [...plan.layers];
  return times.flatMap(({ name, elapsedMs }) => {
    const place = left.findIndex((layer) => (layer.sharedWith ?? layer.name) === name);
    const [layer] = place < 0 ? [] : left.splice(place, 1);
    return layer === undefined ? [] : [{ node: layer.id, elapsedMs: round(elapsedMs) }];
  });
}

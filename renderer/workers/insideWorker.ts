import type * as tf from "@tensorflow/tfjs";
import type { Dataset } from "#shared/datasets/dataset.ts";
import { openDataset } from "#shared/datasets/openDataset.ts";
import { buildModel } from "#shared/engine/buildModel.ts";
import { lookAtSample } from "#shared/engine/observe/lookAtSample.ts";
import { selectBackend } from "#shared/engine/selectBackend.ts";
import type { InsideReply, InsideRequest } from "#shared/training/insideProtocol.ts";
import { openFromHost } from "../host/fetchByteSource.ts";

// A thin shell: looks into trained networks away from the window, and from the worker that trains.

/** The run looked into last: its data and its network, ready for other weights. */
let opened: {
  readonly runId: string;
  readonly dataset: Dataset;
  readonly model: tf.LayersModel;
} | null = null;
let queue: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<InsideRequest>) => {
  queue = queue.then(async () => reply(await look(data)));
});

function reply(message: InsideReply): void {
  self.postMessage(message);
}

async function look(request: InsideRequest): Promise<InsideReply> {
  const { id, runId, plan, data, host } = request;
  try {
    // One sample is little work, and the device stays the training's own.
    await selectBackend("cpu");
    if (opened?.runId !== runId) {
      const { source } = data;
      const handle = source.kind === "generated" ? null : source.handle;
      const dataset = await openDataset(data, { openSource: openFromHost(host, handle) });
      if (!dataset.ok) {
        return { id, ok: false, message: dataset.error.map(({ message }) => message).join(" ") };
      }
      opened?.model.dispose();
      opened = { runId, dataset: dataset.value, model: buildModel(plan, { seed: 1 }) };
    }
    const inside = await lookAtSample({ ...request, ...opened });
    return inside.ok
      ? { id, ok: true, inside: inside.value }
      : { id, ok: false, message: inside.error };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { id, ok: false, message: `The network could not be looked into: ${text}` };
  }
}

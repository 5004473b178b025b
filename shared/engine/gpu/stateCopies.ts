/** What a step changes that lives on, so that a step can be done for trial and taken back. */
import { writtenBindings } from "./pipelineBindings.ts";
import type { Recording } from "./recording.ts";

/** Buffers from before the step that it writes to: weights, the optimizer's state, statistics. */
export function listChanged({ segments }: Recording): ReadonlySet<GPUBuffer> {
  const changed = new Set<GPUBuffer>();
  for (const segment of segments) {
    if (segment.kind === "copy") {
      if (segment.targetTenant === null) changed.add(segment.target);
      continue;
    }
    for (const [index, pipeline] of segment.pipelines.entries()) {
      const written = writtenBindings(pipeline);
      for (const { binding, buffer, tenant } of segment.bound[index] ?? [])
        if (tenant === null && written?.has(binding) !== false) changed.add(buffer);
    }
  }
  return changed;
}

/** Copies them as they are now. What is returned puts them back and may be called once. */
export function copyState(device: GPUDevice, buffers: ReadonlySet<GPUBuffer>): () => void {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const pairs = [...buffers].flatMap((buffer) =>
    // Uniforms of programs whose text has not been seen can't be copied, nor written by them.
    (buffer.usage & usage) === usage
      ? [{ buffer, copy: device.createBuffer({ size: buffer.size, usage }) }]
      : [],
  );
  const send = (isBack: boolean) => {
    const encoder = device.createCommandEncoder();
    for (const { buffer, copy } of pairs) {
      const [from, to] = isBack ? [copy, buffer] : [buffer, copy];
      encoder.copyBufferToBuffer(from, 0, to, 0, buffer.size);
    }
    device.queue.submit([encoder.finish()]);
  };
  send(false);
  return () => {
    send(true);
    for (const { copy } of pairs) copy.destroy();
  };
}

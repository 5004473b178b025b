/** The sum by segment in JavaScript: the slope of an Embedding. The stock kernel walks all numbers once for every segment. */
import { type CpuKernel, readFloats, toCpuBackend } from "./cpuBackend.ts";

/**
 * `UnsortedSegmentSum`: x [n, …], segmentIds [n] → [numSegments, …], each row of x added to the row that its id names.
 * Rows with an id outside are left out, as the stock kernel does.
 */
export const sumSegments: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x, segmentIds } = inputs;
  const values = readFloats(backend, x);
  if (!x || !values || segmentIds?.shape.length !== 1) return null;
  const { values: ids } = backend.data.get(segmentIds.dataId);
  const count = attrs?.["numSegments"];
  if (!(ids instanceof Int32Array) || typeof count !== "number") return null;
  const rowShape = x.shape.slice(1);
  const width = rowShape.reduce((product, size) => product * size, 1);
  const sums = new Float32Array(count * width);
  ids.forEach((id, row) => {
    if (id < 0 || id >= count) return;
    const to = id * width;
    const from = row * width;
    for (let index = 0; index < width; index++)
      sums[to + index] = (sums[to + index] ?? 0) + (values[from + index] ?? 0);
  });
  return backend.makeTensorInfo([count, ...rowShape], "float32", sums);
};

import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput } from "../gpu/dispatch.ts";
import {
  describeStatistics,
  summarizeValues,
  type MeasuredTensor,
  type StatisticsRequest,
} from "./statistics.ts";
import { dispatchStatistics, dispatchUnitMaxima, readRow, rowSize } from "./statisticsKernels.ts";

export interface TensorRequest extends StatisticsRequest {
  readonly tensor: tf.Tensor;
  /** Whether the largest value of each unit (index of the last axis) is wanted. */
  readonly wantsUnits: boolean;
}

export interface TensorAnswer {
  readonly statistics: MeasuredTensor;
  /** `[units]`; null where not asked for. */
  readonly unitMaxima: Float32Array | null;
}

/**
 * Statistics of many tensors with one read on WebGPU, with one each elsewhere. What has to be computed is handed to the
 * device before this returns: the tensors may be disposed of then.
 */
export function collectStatistics(requests: readonly TensorRequest[]): Promise<TensorAnswer[]> {
  const backend = tf.backend();
  return backend instanceof WebGPUBackend
    ? collectOnDevice(backend, requests)
    : collectHere(requests);
}

async function collectOnDevice(
  backend: WebGPUBackend,
  requests: readonly TensorRequest[],
): Promise<TensorAnswer[]> {
  if (requests.length === 0) return [];
  const units = requests.map((request) => (request.wantsUnits ? countUnits(request.tensor) : 0));
  const starts: number[] = [];
  let size = requests.length * rowSize;
  for (const count of units) {
    starts.push(size);
    size += count;
  }
  // Kept out of the tidy around: it is read after that has ended.
  const results = tf.keep(tf.engine().makeTensorFromTensorInfo(makeOutput(backend, [size])));
  const target = { backend, results };
  tf.tidy(() => {
    for (const [row, { tensor, saturation }] of requests.entries()) {
      const values = tensor.dtype === "float32" ? tensor : tf.cast(tensor, "float32");
      dispatchStatistics(target, values, { row, saturation });
      const count = units[row] ?? 0;
      const start = starts[row] ?? 0;
      if (count > 0) dispatchUnitMaxima(target, values, { start, units: count });
    }
  });
  try {
    const values = Float32Array.from(await results.data());
    return requests.map((request, row): TensorAnswer => {
      const start = starts[row] ?? 0;
      return {
        statistics: describeStatistics(readRow(values, row), request),
        unitMaxima: request.wantsUnits ? values.slice(start, start + (units[row] ?? 0)) : null,
      };
    });
  } finally {
    results.dispose();
  }
}

async function collectHere(requests: readonly TensorRequest[]): Promise<TensorAnswer[]> {
  const reads = requests.map(({ tensor }) => tensor.data());
  const counts = requests.map(({ tensor }) => countUnits(tensor));
  const all = await Promise.all(reads);
  return requests.map((request, index): TensorAnswer => {
    const values = all[index] ?? new Float32Array();
    return {
      statistics: summarizeValues(values, request),
      unitMaxima: request.wantsUnits ? findUnitMaxima(values, counts[index] ?? 1) : null,
    };
  });
}

function findUnitMaxima(values: ArrayLike<number>, units: number): Float32Array {
  const maxima = new Float32Array(units).fill(-Infinity);
  for (let index = 0; index < values.length; index++) {
    const unit = index % units;
    const value = values[index] ?? 0;
    if (value > (maxima[unit] ?? 0)) maxima[unit] = value;
  }
  return maxima;
}

function countUnits(tensor: tf.Tensor): number {
  return Math.max(1, tensor.shape.at(-1) ?? 1);
}

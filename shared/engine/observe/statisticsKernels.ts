/**
 * Statistics of many tensors on WebGPU: three dispatches a tensor, all results in one buffer, so that one read fetches
 * them. Every invocation sums up its own strided part; parts are merged as Chan, Golub and LeVeque (1983) merge means and
 * squares, always in the same order: no atomics, no barriers.
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { binCount } from "../../training/observations.ts";
import { dispatch, makeOutput } from "../gpu/dispatch.ts";
import { histogramSpan, saturationLimits, type RawStatistics } from "./statistics.ts";

/** Numbers a tensor's row begins with, before its bins. */
const headCount = 8;
/** A row of results: the head and the bins. */
export const rowSize = headCount + binCount;
const mostThreads = 256;
const workgroupSize = 64;

const saturationCodes = { none: 0, sigmoid: 1, tanh: 2 } as const;

export interface StatisticsTarget {
  readonly backend: WebGPUBackend;
  /** float32 `[rows × rowSize + units]`. */
  readonly results: tf.TensorInfo;
}

/** Writes one tensor's statistics into a row of the results. The tensor is float32. */
export function dispatchStatistics(
  { backend, results }: StatisticsTarget,
  tensor: tf.Tensor,
  at: { readonly row: number; readonly saturation: keyof typeof saturationCodes },
): void {
  const threads = Math.max(1, Math.min(mostThreads, Math.ceil(tensor.size / 16)));
  const workgroups: [number] = [Math.ceil(threads / workgroupSize)];
  const parts = makeOutput(backend, [threads, headCount]);
  const bins = makeOutput(backend, [threads, binCount]);
  const counts = { size: tensor.size, threads };
  dispatch(backend, {
    key: "netloom_statistics_parts",
    bindings: [
      { name: "x", tensor, access: "read" },
      { name: "parts", tensor: parts, access: "read_write" },
    ],
    uniforms: { ...counts, saturation: saturationCodes[at.saturation] },
    workgroups,
    wgsl: partsShader,
  });
  dispatch(backend, {
    key: "netloom_statistics_bins",
    bindings: [
      { name: "x", tensor, access: "read" },
      { name: "parts", tensor: parts, access: "read" },
      { name: "bins", tensor: bins, access: "read_write" },
    ],
    uniforms: counts,
    workgroups,
    wgsl: binsShader,
  });
  dispatch(backend, {
    key: "netloom_statistics_total",
    bindings: [
      { name: "parts", tensor: parts, access: "read" },
      { name: "bins", tensor: bins, access: "read" },
      { name: "results", tensor: results, access: "read_write" },
    ],
    uniforms: { threads, start: at.row * rowSize },
    workgroups: [1],
    wgsl: totalShader,
  });
  backend.disposeData(parts.dataId);
  backend.disposeData(bins.dataId);
}

/** Writes the largest value of each unit (index of the last axis) into the results, from `start` on. */
export function dispatchUnitMaxima(
  { backend, results }: StatisticsTarget,
  tensor: tf.Tensor,
  at: { readonly start: number; readonly units: number },
): void {
  dispatch(backend, {
    key: "netloom_unit_maxima",
    bindings: [
      { name: "x", tensor, access: "read" },
      { name: "results", tensor: results, access: "read_write" },
    ],
    uniforms: { rows: tensor.size / at.units, units: at.units, start: at.start },
    workgroups: [Math.ceil(at.units / workgroupSize)],
    wgsl: maximaShader,
  });
}

export function readRow(values: Float32Array, row: number): RawStatistics {
  const at = (index: number) => values[row * rowSize + index] ?? 0;
  return {
    finite: at(0),
    mean: at(1),
    squares: at(2),
    low: at(3),
    high: at(4),
    zeros: at(5),
    saturated: at(6),
    notFinite: at(7),
    bins: values.subarray(row * rowSize + headCount, (row + 1) * rowSize),
  };
}

/** By its bits: compilers may take `x != x` for false. */
const isFinite =
  "fn isFinite(v: f32) -> bool { return (bitcast<u32>(v) & 0x7f800000u) != 0x7f800000u; }";

const { sigmoid, tanh } = saturationLimits;
const partsShader = `${isFinite}
@compute @workgroup_size(${workgroupSize}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let t = id.x;
  if (t >= uniforms.threads) { return; }
  var n = 0.0; var mean = 0.0; var squares = 0.0; var low = 3.4e38; var high = -3.4e38;
  var zeros = 0.0; var saturated = 0.0; var bad = 0.0;
  for (var i = t; i < uniforms.size; i += uniforms.threads) {
    let v = x[i];
    if (!isFinite(v)) { bad += 1.0; continue; }
    n += 1.0;
    let distance = v - mean;
    mean += distance / n;
    squares += distance * (v - mean);
    low = min(low, v);
    high = max(high, v);
    if (v == 0.0) { zeros += 1.0; }
    if (uniforms.saturation == 1u && (v < ${sigmoid.low} || v > ${sigmoid.high})) { saturated += 1.0; }
    if (uniforms.saturation == 2u && (v < ${tanh.low} || v > ${tanh.high})) { saturated += 1.0; }
  }
  let start = t * ${headCount}u;
  parts[start] = n; parts[start + 1u] = mean; parts[start + 2u] = squares; parts[start + 3u] = low;
  parts[start + 4u] = high; parts[start + 5u] = zeros; parts[start + 6u] = saturated; parts[start + 7u] = bad;
}`;

/** Merges the parts of all invocations: count, mean, squares, lowest, highest. */
const merge = `
struct Whole { n: f32, mean: f32, squares: f32, low: f32, high: f32 }
fn mergeParts() -> Whole {
  var whole = Whole(0.0, 0.0, 0.0, 3.4e38, -3.4e38);
  for (var t = 0u; t < uniforms.threads; t++) {
    let start = t * ${headCount}u;
    let n = parts[start];
    if (n == 0.0) { continue; }
    let distance = parts[start + 1u] - whole.mean;
    let sum = whole.n + n;
    whole.mean += distance * n / sum;
    whole.squares += parts[start + 2u] + distance * distance * whole.n * n / sum;
    whole.n = sum;
    whole.low = min(whole.low, parts[start + 3u]);
    whole.high = max(whole.high, parts[start + 4u]);
  }
  if (whole.n == 0.0) { whole.low = 0.0; whole.high = 0.0; }
  return whole;
}`;

const binsShader = `${isFinite}${merge}
@compute @workgroup_size(${workgroupSize}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let t = id.x;
  if (t >= uniforms.threads) { return; }
  let whole = mergeParts();
  let deviation = sqrt(whole.squares / max(1.0, whole.n));
  var low = max(whole.low, whole.mean - ${histogramSpan}.0 * deviation);
  var high = min(whole.high, whole.mean + ${histogramSpan}.0 * deviation);
  if (!(high > low)) { low = whole.mean - 0.5; high = whole.mean + 0.5; }
  var counts: array<f32, ${binCount}>;
  for (var i = t; i < uniforms.size; i += uniforms.threads) {
    let v = x[i];
    if (!isFinite(v)) { continue; }
    let place = clamp(floor((v - low) / (high - low) * ${binCount}.0), 0.0, ${binCount - 1}.0);
    counts[u32(place)] += 1.0;
  }
  for (var bin = 0u; bin < ${binCount}u; bin++) { bins[t * ${binCount}u + bin] = counts[bin]; }
}`;

const totalShader = `${merge}
@compute @workgroup_size(${workgroupSize}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let j = id.x;
  if (j >= ${rowSize}u) { return; }
  var value = 0.0;
  if (j < 5u) {
    let whole = mergeParts();
    value = array<f32, 5>(whole.n, whole.mean, whole.squares, whole.low, whole.high)[j];
  } else if (j < ${headCount}u) {
    for (var t = 0u; t < uniforms.threads; t++) { value += parts[t * ${headCount}u + j]; }
  } else {
    for (var t = 0u; t < uniforms.threads; t++) { value += bins[t * ${binCount}u + j - ${headCount}u]; }
  }
  results[uniforms.start + j] = value;
}`;

const maximaShader = `
@compute @workgroup_size(${workgroupSize}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  if (unit >= uniforms.units) { return; }
  var highest = -3.4e38;
  for (var row = 0u; row < uniforms.rows; row++) { highest = max(highest, x[row * uniforms.units + unit]); }
  results[uniforms.start + unit] = highest;
}`;

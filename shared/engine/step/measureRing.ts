/**
 * What steps measure stays on the device, a row a step, and is read in one go now and then: a step never waits for the
 * one before it to be read.
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dispatch } from "../gpu/dispatch.ts";
import { makeOwnBuffer, type OwnBuffer } from "../gpu/ownBuffer.ts";
import { scalingLayout } from "../optimizers/lossScaling.ts";
import { bindScaling } from "../optimizers/updateKernel.ts";
import { stepLayout, stepTensor } from "./stepNumbers.ts";
import type { StepPlace, StepResult } from "./stepRunner.ts";

export interface MeasureRing {
  /** The row that the next step is to write: `StepNumbers.row`. */
  readonly nextRow: number;
  /**
   * Part of the step: puts its sums, all of one length, into the row that the step's numbers name; behind them, where
   * the loss is scaled, what `scaling` says of this step.
   */
  write(sums: tf.TensorInfo, scaling?: tf.TensorInfo | null): void;
  /** A step has been handed to the device. */
  note(place: StepPlace): void;
  /** Whether the next step would write over a row that nobody has asked for. */
  readonly isFull: boolean;
  readonly unread: number;
  /** Encodes a copy of all unread rows; call the returned function when it is submitted. */
  read(encoder: GPUCommandEncoder): () => void;
  /** Results that have come in, in order. */
  take(): readonly StepResult[];
  /** Waits for what has been asked for. */
  wait(): Promise<void>;
  dispose(): void;
}

interface Reading {
  readonly places: readonly StepPlace[];
  readonly arrived: Promise<void>;
  values: Float32Array | null;
}

/** The step's scale, and whether its gradients were used. */
const scalingWgsl = `if (id.x == uniforms.width - 2u) { ring[place] = scaling[${scalingLayout.used}]; return; }
          if (id.x == uniforms.width - 1u) { ring[place] = scaling[${scalingLayout.isApplied}]; return; }`;

const mostRows = 256;
const mostBytes = 4 * 1024 * 1024;

export function createMeasureRing(backend: WebGPUBackend): MeasureRing {
  let ring: OwnBuffer | null = null;
  /** Numbers of a row: sums, and how many are of scaling behind them. */
  let width = 0;
  let scalingWidth = 0;
  let rows = mostRows;
  let nextRow = 0;
  let unread: StepPlace[] = [];
  const readings: Reading[] = [];
  const idle: GPUBuffer[] = [];
  const all = new Set<GPUBuffer>();

  function takeStaging(size: number): GPUBuffer {
    const known = idle.pop();
    if (known) return known;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const buffer = backend.device.createBuffer({ size, usage });
    all.add(buffer);
    return buffer;
  }

  async function fetchRows(staging: GPUBuffer, bytes: number): Promise<Float32Array> {
    await staging.mapAsync(GPUMapMode.READ, 0, bytes);
    const values = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
    staging.unmap();
    idle.push(staging);
    return values;
  }

  return {
    get nextRow() {
      return nextRow;
    },
    write(sums, scaling = null) {
      const size = sums.shape.reduce((product, length) => product * length, 1);
      if (ring === null) {
        scalingWidth = scaling === null ? 0 : 2;
        width = size + scalingWidth;
        rows = Math.max(4, Math.min(mostRows, Math.floor(mostBytes / (4 * width))));
        ring = makeOwnBuffer(backend, [rows, width]);
      }
      if (size + scalingWidth !== width)
        throw new Error("A step measured more or less than the one before.");
      dispatch(backend, {
        key: `netloom_measure_ring${scaling === null ? "" : "_scaled"}`,
        bindings: [
          { name: "step", tensor: stepTensor(backend), access: "read" },
          { name: "sums", tensor: sums, access: "read" },
          { name: "ring", tensor: ring.info, access: "read_write" },
          ...(scaling === null ? [] : [bindScaling(scaling)]),
        ],
        uniforms: { width },
        workgroups: [Math.ceil(width / 64)],
        wgsl: `@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
          if (id.x >= uniforms.width) { return; }
          let place = bitcast<u32>(step[${stepLayout.row}]) * uniforms.width + id.x;
          ${scaling === null ? "" : scalingWgsl}
          ring[place] = sums[id.x];
        }`,
      });
    },
    note(place) {
      unread.push(place);
      nextRow = (nextRow + 1) % rows;
    },
    get isFull() {
      return unread.length >= rows;
    },
    get unread() {
      return unread.length;
    },
    read(encoder) {
      if (ring === null || unread.length === 0) return () => {};
      const places = unread;
      unread = [];
      const rowBytes = 4 * width;
      const staging = takeStaging(rows * rowBytes);
      const first = (nextRow - places.length + rows) % rows;
      const untilEnd = Math.min(places.length, rows - first);
      encoder.copyBufferToBuffer(ring.buffer, first * rowBytes, staging, 0, untilEnd * rowBytes);
      const wrapped = places.length - untilEnd;
      if (wrapped > 0) {
        const target = untilEnd * rowBytes;
        encoder.copyBufferToBuffer(ring.buffer, 0, staging, target, wrapped * rowBytes);
      }
      return () => {
        const fetched = fetchRows(staging, places.length * rowBytes);
        const reading: Reading = {
          places,
          values: null,
          arrived: fetched.then((values) => {
            reading.values = values;
          }),
        };
        // Awaited when settling; a fault before that must not count as unhandled.
        reading.arrived.catch(() => {});
        readings.push(reading);
      };
    },
    take() {
      const results: StepResult[] = [];
      for (;;) {
        const [oldest] = readings;
        if (oldest === undefined || oldest.values === null) return results;
        readings.shift();
        for (const [index, place] of oldest.places.entries()) {
          const row = oldest.values.slice(index * width, (index + 1) * width);
          const [scale = 1, isApplied = 1] = row.subarray(width - scalingWidth);
          results.push({
            place,
            sums: row.slice(0, width - scalingWidth),
            scaling: scalingWidth === 0 ? null : { scale, isSkipped: isApplied === 0 },
          });
        }
      }
    },
    async wait() {
      await Promise.all(readings.map(({ arrived }) => arrived));
    },
    dispose() {
      ring?.dispose();
      ring = null;
      for (const buffer of all) buffer.destroy();
      all.clear();
    },
  };
}

/** The batches of an epoch, made on the device out of data that lies there, or sent as they are needed. */
import type * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Dataset } from "../../datasets/dataset.ts";
import { mostDeviceDataBytes } from "../../training/memoryNeeds.ts";
import { readLabels, type BatchColumn, type BatchReader } from "../batches.ts";
import { dispatch, makeOutput, spreadWorkgroups, type GpuBinding } from "../gpu/dispatch.ts";
import { makeOwnBuffer, type OwnBuffer } from "../gpu/ownBuffer.ts";
import { stepLayout, stepTensor } from "./stepNumbers.ts";
import type { StepPlace } from "./stepRunner.ts";

export interface DeviceData {
  beginEpoch(order: Uint32Array): void;
  /** Before a step, with nothing left to be submitted: sends what is not on the device. Returns the bytes sent. */
  prepare(place: StepPlace): number;
  /** Part of the step: the tensors of the batch that the step's numbers name, inputs first, then truths. */
  read(count: number): readonly tf.TensorInfo[];
  /** Whether the data lies on the device. */
  readonly isResident: boolean;
  dispose(): void;
}

export interface DataRequest {
  readonly backend: WebGPUBackend;
  readonly dataset: Dataset;
  readonly reader: BatchReader;
  /** Samples of the largest batch. */
  readonly batchSize: number;
  /** More stays in plain memory; default 1 GiB. */
  readonly mostBytes?: number;
}

/** Values that are gathered at once while data is sent. */
const chunkValues = 4_000_000;

export function openDeviceData(request: DataRequest): DeviceData {
  const { backend, dataset, reader, mostBytes = mostDeviceDataBytes } = request;
  const columns = [...reader.columns.inputs, ...reader.columns.truths];
  const sizes = columns.map((column) => 4 * storedValues(column) * dataset.train.length);
  const { maxBufferSize, maxStorageBufferBindingSize } = backend.device.limits;
  const mostInOne = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const fits =
    sizes.every((size) => size <= mostInOne) &&
    sizes.reduce((sum, size) => sum + size, 0) <= mostBytes;
  return fits ? keepOnDevice(request, columns) : sendBatches(request, columns);
}

function keepOnDevice({ backend, dataset }: DataRequest, columns: readonly BatchColumn[]) {
  const { train } = dataset;
  const positions = new Uint32Array(train.reduce((most, sample) => Math.max(most, sample), 0) + 1);
  train.forEach((sample, position) => {
    positions[sample] = position;
  });
  const order = makeOwnBuffer(backend, [train.length], "int32");
  const stored = columns.map((column) => storeColumn(backend, dataset, column));
  return {
    isResident: true,
    beginEpoch(samples: Uint32Array) {
      const places = samples.map((sample) => positions[sample] ?? 0);
      backend.queue.writeBuffer(order.buffer, 0, places);
    },
    prepare: () => 0,
    read(count: number) {
      const outputs = columns.map(({ shape, dtype }) =>
        makeOutput(backend, [count, ...shape], dtype),
      );
      const parts = columns.map((column, index) => ({
        column,
        data: at(stored, index).info,
        output: at(outputs, index),
      }));
      // Two buffers a column beside the order and the step's numbers: three columns fit into the eight that are sure.
      for (let first = 0; first < parts.length; first += 3)
        gatherRows(backend, { order: order.info, parts: parts.slice(first, first + 3), count });
      return outputs;
    },
    dispose() {
      order.dispose();
      for (const buffer of stored) buffer.dispose();
    },
  };
}

/** The training part of one field, in the order of `dataset.train`; class numbers as they are. */
function storeColumn(backend: WebGPUBackend, dataset: Dataset, column: BatchColumn): OwnBuffer {
  const { train } = dataset;
  const values = storedValues(column);
  const stored = makeOwnBuffer(backend, [train.length, values], storedType(column));
  const rows = Math.max(1, Math.floor(chunkValues / values));
  for (let start = 0; start < train.length; start += rows) {
    const part = toStored(
      column,
      dataset.gather(column.field, train.subarray(start, start + rows)),
    );
    backend.queue.writeBuffer(stored.buffer, 4 * start * values, part);
    // Lets the device free what the bytes went through.
    backend.queue.submit([]);
  }
  return stored;
}

interface GatherPart {
  readonly column: BatchColumn;
  readonly data: tf.TensorInfo;
  readonly output: tf.TensorInfo;
}

/** `output[row, …] = data[order[batchStart + row], …]`, for several columns in one dispatch. */
function gatherRows(
  backend: WebGPUBackend,
  request: {
    readonly order: tf.TensorInfo;
    readonly parts: readonly GatherPart[];
    readonly count: number;
  },
): void {
  const bindings: GpuBinding[] = [
    { name: "step", tensor: stepTensor(backend), access: "read" },
    { name: "order", tensor: request.order, access: "read", element: "u32" },
  ];
  const uniforms: Record<string, number> = {};
  const bodies: string[] = [];
  const kinds: string[] = [];
  let total = 0;
  for (const [number, { column, data, output }] of request.parts.entries()) {
    const { units, dtype, shape } = column;
    const values = shape.reduce((product, size) => product * size, 1);
    const isVector = units === null && dtype === "float32" && values % 4 === 0;
    const size = isVector ? values / 4 : values;
    const element = isVector ? "vec4<f32>" : dtype === "int32" ? "i32" : "f32";
    const source = units === null ? element : "i32";
    bindings.push(
      { name: `data${number}`, tensor: data, access: "read", element: source },
      { name: `output${number}`, tensor: output, access: "read_write", element },
    );
    uniforms[`size${number}`] = size;
    uniforms[`end${number}`] = size * request.count;
    if (units !== null) uniforms[`units${number}`] = units;
    total += size * request.count;
    kinds.push(units === null ? element : "class");
    bodies.push(`
      if (index < uniforms.end${number}) {
        let sample = order[start + index / uniforms.size${number}];
        let at = index % uniforms.size${number};
        ${
          units === null
            ? `output${number}[index] = data${number}[sample * uniforms.size${number} + at];`
            : `let units = uniforms.units${number};
        let label = data${number}[sample * (uniforms.size${number} / units) + at / units];
        output${number}[index] = select(0.0, 1.0, label == i32(at % units));`
        }
        return;
      }
      index -= uniforms.end${number};`);
  }
  dispatch(backend, {
    key: `netloom_gather_${kinds.join("_")}`,
    bindings,
    uniforms,
    workgroups: spreadWorkgroups(backend, Math.ceil(total / 64)),
    wgsl: `@compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) group: vec3<u32>,
      @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_index) local: u32,
    ) {
      var index = (group.x + group.y * groups.x) * 64u + local;
      let start = bitcast<u32>(step[${stepLayout.batchStart}]);
      ${bodies.join("")}
    }`,
  });
}

/** Data that is too large for the device: each batch is gathered here, while the device does the step before. */
function sendBatches(
  { backend, dataset, batchSize }: DataRequest,
  columns: readonly BatchColumn[],
): DeviceData {
  const buffers = columns.map(({ shape, dtype }) =>
    makeOwnBuffer(backend, [batchSize, ...shape], dtype),
  );
  const views = new Map<number, readonly tf.TensorInfo[]>();
  let order = new Uint32Array(0);
  return {
    isResident: false,
    beginEpoch(samples) {
      order = Uint32Array.from(samples);
    },
    prepare({ start, count }) {
      const samples = order.subarray(start, start + count);
      let bytes = 0;
      for (const [index, column] of columns.entries()) {
        const values = toSent(column, dataset.gather(column.field, samples));
        backend.queue.writeBuffer(at(buffers, index).buffer, 0, values);
        bytes += values.byteLength;
      }
      return bytes;
    },
    read(count) {
      let known = views.get(count);
      if (known === undefined) {
        known = columns.map(({ shape }, index) => at(buffers, index).view([count, ...shape]));
        views.set(count, known);
      }
      return known;
    },
    dispose() {
      for (const buffer of buffers) buffer.dispose();
    },
  };
}

/** Numbers of a sample as they lie on the device. */
function storedValues({ shape, units }: BatchColumn): number {
  return shape.reduce((product, size) => product * size, 1) / (units ?? 1);
}

function storedType({ dtype, units }: BatchColumn): "float32" | "int32" {
  return units === null ? dtype : "int32";
}

function toStored(column: BatchColumn, values: Float32Array | Int32Array) {
  if (column.units !== null) return readLabels(column, values);
  return storedType(column) === "int32" ? Int32Array.from(values) : Float32Array.from(values);
}

/** Class numbers are made one-hot here. */
function toSent(column: BatchColumn, values: Float32Array | Int32Array) {
  const { units } = column;
  if (units === null) return toStored(column, values);
  const encoded = new Float32Array(values.length * units);
  const labels = readLabels(column, values);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] ?? 0;
    if (label >= 0 && label < units) encoded[index * units + label] = 1;
  }
  return encoded;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`Column ${index + 1} is missing.`);
  return item;
}

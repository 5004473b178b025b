import * as tf from "@tensorflow/tfjs";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import { sizesOf, type Shape } from "../layers/shape.ts";
import type { FieldAssignment } from "../training/assignFields.ts";
import { readsTruthAs } from "../training/losses.ts";
import type { BatchSize } from "./objective.ts";

/** Tensors of some samples: one per input and one per output of the plan. */
export interface Batch {
  readonly inputs: readonly tf.Tensor[];
  /**
   * In the shape of the output; class numbers are one-hot, or 0 and 1 where there is a single unit. For CTC [batch, labels,
   * units], one-hot; for Circle class numbers, [batch, 1]. Where samples are weighted, one more behind them: the weights,
   * [batch].
   */
  readonly truths: readonly tf.Tensor[];
  readonly size: BatchSize;
  dispose(): void;
}

/** How one tensor of a batch is made of one field's values. */
export interface BatchColumn {
  readonly field: string;
  /** Of one sample: the batch axis comes before. */
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  /** Where class numbers become one-hot: how many units. null: the values as they are. */
  readonly units: number | null;
  /** Labels that lie among scaled numbers: `label = value * scale + offset`. */
  readonly scale?: { readonly scale: number; readonly offset: number };
}

/** Class numbers as they become one-hot. */
export function readLabels({ scale }: Pick<BatchColumn, "scale">, values: ArrayLike<number>) {
  const { scale: factor, offset } = scale ?? { scale: 1, offset: 0 };
  return Int32Array.from(values, (value) => Math.round(value * factor + offset));
}

export interface BatchReader {
  /** What `read` makes tensors of, in the order of inputs and truths. */
  readonly columns: {
    readonly inputs: readonly BatchColumn[];
    readonly truths: readonly BatchColumn[];
  };
  read(samples: Uint32Array): Batch;
  readInputs(samples: Uint32Array): tf.Tensor[];
  /** Values of an output's truth in the output's shape, row-major. */
  readTruth(output: number, samples: Uint32Array): TruthValues;
  /** How much a batch of so many samples counts. */
  sizeOf(count: number): BatchSize;
}

export interface TruthValues {
  readonly values: Float32Array;
  /** Batch axis included. */
  readonly shape: readonly number[];
}

export function createBatchReader(
  plan: ModelPlan,
  dataset: Dataset,
  fields: FieldAssignment & { readonly sampleWeights?: FieldSpec | null },
): BatchReader {
  const weightField = fields.sampleWeights ?? null;
  const readInputs = (samples: Uint32Array) =>
    plan.inputs.map((input, index) => {
      const field = at(fields.inputs, index);
      const values = dataset.gather(field.name, samples);
      const shape = [samples.length, ...resolveSizes(input.shape, field)];
      return input.shape.dtype === "int32"
        ? tf.tensor(values instanceof Int32Array ? values : Int32Array.from(values), shape, "int32")
        : tf.tensor(values instanceof Float32Array ? values : Float32Array.from(values), shape);
    });
  /** Truths that don't come row by row. */
  const planSpecial = (output: number): BatchColumn | null => {
    const { loss, shape } = at(plan.outputs, output);
    const field = at(fields.targets, output);
    const reading = readsTruthAs(loss);
    const about = { field: field.name, dtype: "float32" } as const;
    if (reading === "rows") return null;
    if (reading === "label") return { ...about, shape: [1], units: null };
    const units = shape.axes.at(-1)?.size ?? 1;
    const labels = sizesOf(field.shape).reduce<number>((product, size) => product * (size ?? 1), 1);
    const scale = field.classes === null ? { scale: dataset.targetScale(field.name) } : {};
    return { ...about, shape: [labels, units], units, ...scale };
  };
  const readTruth = (output: number, samples: Uint32Array): TruthValues => {
    const planned = at(plan.outputs, output);
    const field = at(fields.targets, output);
    const values = dataset.gather(field.name, samples);
    const units = planned.shape.axes.at(-1)?.size ?? 1;
    const special = planSpecial(output);
    if (special !== null) {
      const shape = [samples.length, ...special.shape];
      if (special.units === null) return { values: Float32Array.from(values), shape };
      return { values: encodeOneHot(readLabels(special, values), special.units), shape };
    }
    if (field.classes !== null && units > 1) {
      const positions = values.length / Math.max(1, samples.length);
      const inner = positions === 1 ? [] : resolveSizes(planned.shape, field).slice(0, -1);
      return { values: encodeOneHot(values, units), shape: [samples.length, ...inner, units] };
    }
    const sizes = field.classes === null ? resolveSizes(planned.shape, field) : [1];
    return { values: Float32Array.from(values), shape: [samples.length, ...sizes] };
  };
  let columns: BatchReader["columns"] | null = null;
  const findColumns = (): BatchReader["columns"] => {
    columns ??= {
      inputs: plan.inputs.map((input, index) => {
        const field = at(fields.inputs, index);
        const dtype = input.shape.dtype === "int32" ? "int32" : "float32";
        return { field: field.name, shape: resolveSizes(input.shape, field), dtype, units: null };
      }),
      truths: [
        ...plan.outputs.map((output, index): BatchColumn => {
          const special = planSpecial(index);
          if (special !== null) return special;
          const field = at(fields.targets, index);
          // How many positions have a class only the data tells.
          const shape = readTruth(index, dataset.train.subarray(0, 1)).shape.slice(1);
          const units = output.shape.axes.at(-1)?.size ?? 1;
          const isOneHot = field.classes !== null && units > 1;
          return { field: field.name, shape, dtype: "float32", units: isOneHot ? units : null };
        }),
        ...(weightField === null
          ? []
          : [{ field: weightField.name, shape: [], dtype: "float32", units: null } as const]),
      ],
    };
    return columns;
  };
  return {
    get columns() {
      return findColumns();
    },
    readInputs,
    readTruth,
    sizeOf(count) {
      const rows = findColumns()
        .truths.slice(0, plan.outputs.length)
        .map(
          ({ shape }) => shape.slice(0, -1).reduce((product, size) => product * size, 1) * count,
        );
      return { samples: count, rows };
    },
    read(samples) {
      const inputs = readInputs(samples);
      const truths = plan.outputs.map((_, index) => {
        const { values, shape } = readTruth(index, samples);
        return tf.tensor(values, [...shape], "float32");
      });
      const weights =
        weightField === null
          ? []
          : [tf.tensor1d(Float32Array.from(dataset.gather(weightField.name, samples)))];
      return {
        inputs,
        truths: [...truths, ...weights],
        size: {
          samples: samples.length,
          rows: truths.map((truth) => truth.size / (truth.shape.at(-1) ?? 1)),
        },
        dispose: () => tf.dispose([...inputs, ...truths, ...weights]),
      };
    },
  };
}

/** The port's sizes; what it leaves open comes from the data. */
function resolveSizes(shape: Shape, field: FieldSpec): number[] {
  const sizes = sizesOf(shape);
  const offered = sizesOf(field.shape);
  return sizes.map((size, index) => size ?? offered[index] ?? 1);
}

function encodeOneHot(classes: ArrayLike<number>, units: number): Float32Array {
  const encoded = new Float32Array(classes.length * units);
  for (let index = 0; index < classes.length; index++) {
    const label = classes[index] ?? 0;
    if (label >= 0 && label < units) encoded[index * units + label] = 1;
  }
  return encoded;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`Port ${index + 1} has no field.`);
  return item;
}

import type { Shape } from "../layers/shape.ts";
import type { Preparation } from "./preparation.ts";

/** One named tensor per sample that a data set offers: a group of features, an image, a target. */
export interface FieldSpec {
  readonly name: string;
  readonly role: "feature" | "target";
  /** Without the batch axis. A class target is one int32 number per sample: `axes: []`. */
  readonly shape: Shape;
  /** Class names where the values are class numbers; null for numbers. */
  readonly classes: readonly string[] | null;
}

export interface DatasetSummary {
  readonly kind: "table" | "images" | "sequence";
  readonly label: string;
  readonly sampleCount: number;
  readonly trainCount: number;
  readonly validationCount: number;
  readonly fields: readonly FieldSpec[];
  /** Samples per class of the (first) class target; empty for regression. */
  readonly classCounts: readonly number[];
}

/** A prepared data set: parsed, split, scaled. Values are read in batches. */
export interface Dataset {
  readonly summary: DatasetSummary;
  /** Sample numbers of each part, in a fixed order that depends only on data and seed. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** Values of one field for the given samples, [samples, ...shape] row-major; class targets as class numbers. */
  gather(field: string, samples: Uint32Array): Float32Array | Int32Array;
  /** Turns scaled target values back into the data's own unit; identity for classes. */
  unscaleTarget(field: string, values: Float32Array): Float32Array;
  /** How a target was scaled: `raw = scaled * scale + offset`. */
  targetScale(field: string): { readonly scale: number; readonly offset: number };
  /** Everything that was fitted, to prepare other data alike. */
  readonly preparation: Preparation;
  /** A row or picture for the preview, unscaled. */
  describe(sample: number): SampleView;
}

export type SampleView =
  | { readonly kind: "row"; readonly cells: readonly string[]; readonly target: string }
  | {
      readonly kind: "image";
      readonly height: number;
      readonly width: number;
      readonly channels: number;
      /** 0–255, row-major, height × width × channels. */
      readonly pixels: Uint8Array;
      readonly target: string;
    }
  /** The target column's own past where the window holds it, else its first feature; oldest first, in the data's unit. */
  | { readonly kind: "sequence"; readonly values: readonly number[]; readonly target: string };

/** A file's bytes, wherever they are. */
export interface ByteSource {
  readonly name: string;
  /** Bytes; null where not known in advance. */
  readonly size: number | null;
  read(): AsyncIterable<Uint8Array>;
}

/** What is wrong with the data: place and remedy in the sentence. */
export interface DataIssue {
  readonly code:
    | "missing"
    | "unrecognised"
    | "truncated"
    | "ragged"
    | "not-a-number"
    | "empty"
    | "too-large"
    | "mismatch"
    | "encoding"
    | "bad-option"
    | "cancelled";
  readonly message: string;
  readonly file?: string;
  /** 1-based line of the file, where it has lines. */
  readonly line?: number;
  readonly column?: string;
}

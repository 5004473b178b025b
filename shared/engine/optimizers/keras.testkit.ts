/** Asks real Keras what its optimizers and schedules do. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kerasEnvironment } from "../../codegen/python.testkit.ts";
import type { ScalingOptions } from "./lossScaling.ts";
import type { Values } from "../../layers/example.testkit.ts";

export interface KerasQuestion {
  readonly updates?: readonly {
    readonly optimizer: string;
    readonly weights: readonly Values[];
    readonly gradients: readonly (readonly Values[])[];
    /** Wraps it in a `LossScaleOptimizer`. JSON makes null of infinities, which the referee takes for them. */
    readonly scaling?: ScalingOptions;
  }[];
  readonly schedules?: readonly {
    readonly schedule: string;
    readonly classes: readonly string[];
    readonly lengths: { readonly stepsPerEpoch: number; readonly totalSteps: number };
    readonly steps: readonly number[];
  }[];
  readonly plateaus?: readonly {
    readonly callback: string;
    readonly learningRate: number;
    readonly monitor: string;
    readonly values: readonly number[];
  }[];
}

export interface KerasAnswer {
  /** By case, then by variable. */
  readonly updates: readonly (readonly (readonly number[])[])[];
  /** By case, then after each step; empty where the loss is not scaled. */
  readonly scales: readonly (readonly number[])[];
  readonly schedules: readonly (readonly number[])[];
  readonly plateaus: readonly (readonly number[])[];
}

const referee = fileURLToPath(
  new URL("../../../build/referees/keras_optimizers.py", import.meta.url),
);

export function askKerasOptimizers(python: string, question: KerasQuestion): KerasAnswer {
  const output = execFileSync(python, [referee], {
    input: JSON.stringify({ updates: [], schedules: [], plateaus: [], ...question }),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "inherit"],
    env: kerasEnvironment(),
  });
  // The referee's own format, written beside this file's types.
  return JSON.parse(output) as KerasAnswer;
}

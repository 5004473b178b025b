import { assertNever } from "../base/assertNever.ts";
import type { PlainSchedule, ScheduleUnit, TrainingConfig } from "../training/config.ts";

/** A function `learningRateAt(step, stepsPerEpoch)`, or null where the rate stays the same. */
export function printTfjsRate({
  schedule,
  optimizer,
  epochs,
}: Pick<TrainingConfig, "schedule" | "optimizer" | "epochs">): string | null {
  const base = optimizer.learningRate;
  const isWarmed = schedule.kind === "warmUp";
  const plain = isWarmed ? schedule.after : schedule;
  // A callback lowers the rate on a plateau (`tfjsCallbacks.ts`).
  const lines = plainLines(plain);
  if (lines === null && !isWarmed) return null;
  const body = [
    ...(isWarmed
      ? [
          `const warm = ${printTfjsSteps(schedule.length, schedule.unit)};`,
          `if (done < warm) return ${base} * (${schedule.startShare} + (${1 - schedule.startShare} * done) / warm);`,
          "const step = done - warm;",
        ]
      : ["const step = done;"]),
    `const total = ${epochs} * stepsPerEpoch${isWarmed ? " - warm" : ""};`,
    ...(lines ?? ["return share;"]),
  ];
  const text = body.join("\n").replaceAll("return share", `return ${base}`);
  const used = text.includes("total", text.indexOf("total") + 1)
    ? text
    : text.replace(/^const total.*\n/m, "");
  const needed = /\bstep\b(?!s)/.test(used.replace(/^const step .*$/m, ""))
    ? used
    : used.replace(/^const step .*\n/m, "");
  return `/** The learning rate of a step, counted from 0. */
function learningRateAt(done: number, stepsPerEpoch: number): number {
${needed.replace(/^/gm, "  ")}
}`;
}

/** Statements over `step`, `total` and `stepsPerEpoch`; `share` stands for the base. null: the base itself. */
function plainLines(schedule: PlainSchedule): readonly string[] | null {
  switch (schedule.kind) {
    case "constant":
    case "reduceOnPlateau":
      return null;
    case "step":
      return [
        `return share * ${schedule.factor} ** Math.floor(step / (${printTfjsSteps(schedule.every, schedule.unit)}));`,
      ];
    case "exponential":
      return [
        `return share * ${schedule.factor} ** (step / (${printTfjsSteps(schedule.every, schedule.unit)}));`,
      ];
    case "polynomial": {
      const { endShare, power } = schedule;
      return [
        `const part = Math.min(1, step / (${printLength(schedule)}));`,
        `return share * (${1 - endShare} * (1 - part) ** ${power} + ${endShare});`,
      ];
    }
    case "cosine":
      return cosineLines(schedule);
    case "oneCycle": {
      const { warmShare, startDivisor, endDivisor } = schedule;
      return [
        "const halfCosine = (part: number) => (1 + Math.cos(Math.PI * part)) / 2;",
        `const start = ${1 / startDivisor};`,
        `const end = start / ${endDivisor};`,
        `const peak = Math.max(0, ${warmShare} * total - 1);`,
        "const last = Math.max(total - 1, peak);",
        "if (step < peak) return share * (1 + (start - 1) * halfCosine(step / peak));",
        "const part = last === peak ? 0 : (step - peak) / (last - peak);",
        "return share * (end + (1 - end) * halfCosine(Math.min(1, part)));",
      ];
    }
    default:
      return assertNever(schedule);
  }
}

function cosineLines(schedule: Extract<PlainSchedule, { kind: "cosine" }>): readonly string[] {
  const { endShare, restarts } = schedule;
  const length = printLength(schedule);
  const wave = "(1 + Math.cos(Math.PI * part)) / 2";
  if (restarts === null) {
    return [
      `const part = Math.min(1, step / (${length}));`,
      `return share * (${1 - endShare} * ((${wave})) + ${endShare});`,
    ];
  }
  return [
    `let rest = step / (${length});`,
    "let cycle = 1;",
    "let peak = 1;",
    "while (rest >= cycle) {",
    "  rest -= cycle;",
    `  cycle *= ${restarts.lengthFactor};`,
    `  peak *= ${restarts.peakFactor};`,
    "}",
    "const part = rest / cycle;",
    `return share * (${1 - endShare} * peak * ((${wave})) + ${endShare});`,
  ];
}

function printLength({
  length,
  unit,
}: {
  readonly length: number | null;
  readonly unit: ScheduleUnit;
}): string {
  return length === null ? "total" : printTfjsSteps(length, unit);
}

export function printTfjsSteps(count: number, unit: ScheduleUnit): string {
  if (unit === "steps") return String(count);
  return count === 1 ? "stepsPerEpoch" : `${count} * stepsPerEpoch`;
}

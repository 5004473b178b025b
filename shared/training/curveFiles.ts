import type { RunEvent } from "./events.ts";
import { printCsv } from "./curvesCsv.ts";
import { nameTensorBoardFile, type ScalarRecord, writeTensorBoardFile } from "./tensorBoardFile.ts";

export interface CurveFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Started = Extract<RunEvent, { kind: "started" }>;

/** What a run recorded, as an event file for TensorBoard. Put the files of several runs into folders beside each other. */
export function makeTensorBoardFile(events: readonly RunEvent[], writer: string): CurveFile {
  const started = findStart(events);
  const startedMs = started?.atMs ?? 0;
  return {
    name: nameTensorBoardFile(startedMs, writer),
    bytes: writeTensorBoardFile(listScalars(events), { startedMs }),
  };
}

/**
 * Every value under the tag `metric/part`: `loss/steps` (running means within an epoch), `loss/training` and
 * `loss/validation` (per epoch), and `learning_rate`, `samples_per_second`. Steps count from the run's first batch.
 */
export function listScalars(events: readonly RunEvent[]): readonly ScalarRecord[] {
  const started = findStart(events);
  const [startedMs, stepsPerEpoch] = [started?.atMs ?? 0, started?.stepsPerEpoch ?? 1];
  return dropTakenBack(events).flatMap((event): readonly ScalarRecord[] => {
    if (event.kind === "step") {
      const at = {
        step: (event.epoch - 1) * stepsPerEpoch + event.step,
        wallTimeMs: startedMs + event.elapsedMs,
      };
      return [
        ...Object.entries(event.metrics).map(([name, value]) => ({
          ...at,
          tag: `${name}/steps`,
          value,
        })),
        ...(event.learningRate === undefined
          ? []
          : [{ ...at, tag: "learning_rate", value: event.learningRate }]),
        { ...at, tag: "samples_per_second", value: event.samplesPerSecond },
      ];
    }
    if (event.kind !== "epoch") return [];
    const at = { step: event.epoch * stepsPerEpoch, wallTimeMs: startedMs + event.elapsedMs };
    return Object.entries(event.metrics).map(([name, value]) => ({
      ...at,
      tag: tagOf(name),
      value,
    }));
  });
}

/** `valLoss` → `loss/validation`, beside `loss/training`. */
function tagOf(name: string): string {
  const base = name.replace(/^val(?=[A-Z])/, "");
  return base === name
    ? `${name}/training`
    : `${base.slice(0, 1).toLowerCase()}${base.slice(1)}/validation`;
}

/** Two tables, `steps.csv` and `epochs.csv`, with a column for each metric. */
export function makeCsvFiles(events: readonly RunEvent[]): readonly CurveFile[] {
  const stepsPerEpoch = findStart(events)?.stepsPerEpoch ?? 1;
  const valid = dropTakenBack(events);
  const steps = valid.filter((event) => event.kind === "step");
  const epochs = valid.filter((event) => event.kind === "epoch");
  const stepNames = collectNames(steps);
  const epochNames = collectNames(epochs);
  return [
    encodeFile(
      "steps.csv",
      printCsv(
        ["step", "epoch", "seconds", ...stepNames, "learningRate", "samplesPerSecond"],
        steps.map((event) => [
          (event.epoch - 1) * stepsPerEpoch + event.step,
          event.epoch,
          event.elapsedMs / 1000,
          ...stepNames.map((name) => event.metrics[name] ?? null),
          event.learningRate ?? null,
          event.samplesPerSecond,
        ]),
      ),
    ),
    encodeFile(
      "epochs.csv",
      printCsv(
        ["epoch", "seconds", ...epochNames, "isBest"],
        epochs.map((event) => [
          event.epoch,
          event.elapsedMs / 1000,
          ...epochNames.map((name) => event.metrics[name] ?? null),
          String(event.isBest),
        ]),
      ),
    ),
  ];
}

/** Without the steps and epochs behind a checkpoint from which the run went on: they came again. */
function dropTakenBack(events: readonly RunEvent[]): readonly RunEvent[] {
  let valid: RunEvent[] = [];
  for (const event of events) {
    if (event.kind === "recovered") {
      const { epochs, step } = event.from;
      valid = valid.filter((earlier) => {
        if (earlier.kind === "epoch") return earlier.epoch <= epochs;
        if (earlier.kind !== "step") return true;
        return earlier.epoch <= epochs || (earlier.epoch === epochs + 1 && earlier.step <= step);
      });
    }
    valid.push(event);
  }
  return valid;
}

function findStart(events: readonly RunEvent[]): Started | undefined {
  return events.find((event) => event.kind === "started");
}

function collectNames(
  events: readonly { readonly metrics: Readonly<Record<string, number>> }[],
): readonly string[] {
  return [...new Set(events.flatMap(({ metrics }) => Object.keys(metrics)))];
}

function encodeFile(name: string, text: string): CurveFile {
  return { name, bytes: new TextEncoder().encode(text) };
}

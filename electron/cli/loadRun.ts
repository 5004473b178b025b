import path from "node:path";
import type { Backend } from "#shared/engine/selectBackend.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { Dataset } from "#shared/datasets/dataset.ts";
import { preparationFile } from "#shared/datasets/preparation.ts";
import { compileProject } from "./compile.ts";
import { CliFailure, type CliIo } from "./io.ts";
import { requireData } from "./loadData.ts";
import { loadProject } from "./loadProject.ts";
import type { Invocation, OptionValues } from "./parseArguments.ts";
import { readRun } from "./runFolder.ts";
import { startBackend } from "./startBackend.ts";

/** A trained model with the data to use it on. */
export interface LoadedRun {
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  readonly backend: Backend;
  readonly model: TrainedModel;
  readonly runDir: string;
  readonly samples: Uint32Array;
  readonly part: Part;
}

type TrainedModel = Extract<
  Awaited<ReturnType<(typeof import("#shared/engine/modelFiles.ts"))["loadModelFiles"]>>,
  { ok: true }
>["value"];

type Part = "validation" | "train" | "all";

/** What `evaluate` and `predict` start from: PROJECT, --run, --data, --part, --backend. */
export async function loadRun(
  { command, positionals, options }: Invocation,
  io: CliIo,
  defaultPart: Part,
): Promise<LoadedRun> {
  const [name = ""] = positionals;
  const run = requireText(options, "run", command);
  const backendName = options.choice("backend", ["webgpu", "cpu"]);
  const part = options.choice("part", ["validation", "train", "all"]) ?? defaultPart;
  const document = await loadProject(name, io);
  const runDir = path.resolve(io.cwd, run);
  const { files, preparation } = await readRun(runDir);
  if (preparation === null) {
    throw new CliFailure(
      1,
      `${run} has no ${preparationFile}, which says how its data were scaled and its classes ordered. Train it again.`,
    );
  }
  const backend = await startBackend(backendName);
  const { loadModelFiles } = await import("#shared/engine/modelFiles.ts");
  const model = await loadModelFiles(files);
  if (!model.ok) throw new CliFailure(1, `${run}: ${model.error}`);
  try {
    // Before the data: those of another project don't fit either, and that would say less.
    const mismatch = findMismatch(compileProject(document, null).plan, model.value);
    if (mismatch !== null) {
      throw new CliFailure(1, `${run} is not a run of ${name}: ${mismatch}`);
    }
    const { dataset } = await requireData(document.data, options.text("data"), {
      io,
      isJson: options.flag("json"),
      // Classes have their share in each part, so parts can't be told without targets.
      prepared: {
        preparation,
        targets: command === "predict" && part === "all" ? "ignored" : "needed",
      },
    });
    const { plan } = compileProject(document, dataset.summary);
    const samples = chooseSamples(dataset, part);
    return { plan, dataset, backend, model: model.value, runDir, samples, part };
  } catch (error) {
    model.value.dispose();
    throw error;
  }
}

export function requireText(options: OptionValues, name: string, command: string): string {
  const value = options.text(name);
  if (value !== null) return value;
  throw new CliFailure(2, `"netloom ${command}" needs --${name}. See "netloom help ${command}".`);
}

/** Weights are the model's own; the plan only says what goes in and comes out. */
export function findMismatch(plan: ModelPlan, model: TrainedModel): string | null {
  const count = (shapes: readonly (readonly (number | null)[])[]) =>
    shapes.map((shape) => shape.reduce<number>((product, size) => product * (size ?? 1), 1));
  const planned = count(
    // Of a layer used again, once.
    plan.layers.flatMap(({ sharedWith, weights }) =>
      sharedWith === null ? weights.map((weight) => weight.shape) : [],
    ),
  ).reduce((total, size) => total + size, 0);
  const held = model.countParams();
  return planned === held
    ? null
    : `it has ${held.toLocaleString("en")} weights, the project ${planned.toLocaleString("en")}.`;
}

function chooseSamples(dataset: Dataset, part: Part): Uint32Array {
  switch (part) {
    case "train":
      return dataset.train;
    case "validation":
      return dataset.validation;
    case "all":
      return Uint32Array.from({ length: dataset.summary.sampleCount }, (_, index) => index);
  }
}

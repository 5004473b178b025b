import type { ParseArgsConfig } from "node:util";

type OptionTable = NonNullable<ParseArgsConfig["options"]>;

/** A command's words and options: what parses them and what `help` prints. */
export interface CommandSpec {
  readonly summary: string;
  /** Names of the arguments that must be given, in order. */
  readonly positionals: readonly string[];
  /** An option that says all that the arguments would: with it there are none. */
  readonly insteadOfPositionals?: string;
  readonly options: OptionTable;
  readonly help: readonly (readonly [option: string, text: string])[];
}

const json = { json: { type: "boolean" } } as const;
const data = { data: { type: "string" } } as const;
const backend = { backend: { type: "string" } } as const;
const dataHelp = [
  "--data PATH",
  "a file or folder to use instead of the project's own data",
] as const;
const backendHelp = [
  "--backend webgpu|cpu",
  "what computes; without it a GPU where there is one, else the processor",
] as const;
const jsonHelp = ["--json", "print one JSON object on standard output"] as const;

export const commandTable = {
  check: {
    summary: "Say what is wrong with a project",
    positionals: ["PROJECT"],
    options: { ...json, ...data },
    help: [dataHelp, jsonHelp],
  },
  summary: {
    summary: "List layers, their output shapes, weight counts and costs",
    positionals: ["PROJECT"],
    options: { ...json, flat: { type: "boolean" } },
    help: [["--flat", "one line a layer, without the lines of the blocks around them"], jsonHelp],
  },
  train: {
    summary: "Train a project's model and keep the run in a folder, or go on with a run",
    positionals: ["PROJECT"],
    insteadOfPositionals: "resume",
    options: {
      ...json,
      ...data,
      ...backend,
      epochs: { type: "string" },
      seed: { type: "string" },
      "batch-size": { type: "string" },
      "learning-rate": { type: "string" },
      precision: { type: "string" },
      out: { type: "string" },
      force: { type: "boolean" },
      resume: { type: "string" },
      "checkpoint-every": { type: "string" },
    },
    help: [
      dataHelp,
      ["--epochs N", "passes over the training part"],
      ["--seed N", "root of all randomness: the same seed gives the same run"],
      ["--batch-size N", "samples per step"],
      ["--learning-rate X", "step size of the optimizer"],
      [
        "--precision float32|mixed",
        "bits of what layers hand on: 32, or 16 where the GPU can (default: as the project says)",
      ],
      backendHelp,
      ["--out DIR", "the run's folder (default: netloom-runs/<run id>)"],
      ["--force", "write into a folder that holds a run already"],
      [
        "--resume DIR",
        "instead of PROJECT: go on with the run in this folder where its last checkpoint is; with --epochs also beyond its end",
      ],
      [
        "--checkpoint-every N|Nm",
        "keep the run every N steps, or every N minutes (default: as the project says)",
      ],
      ["--json", "one JSON object on standard output, events as JSON lines on standard error"],
    ],
  },
  "find-learning-rate": {
    summary: "Search for a learning rate: the loss while it grows from step to step",
    positionals: ["PROJECT"],
    options: {
      ...json,
      ...data,
      ...backend,
      seed: { type: "string" },
      "batch-size": { type: "string" },
      steps: { type: "string" },
    },
    help: [
      dataHelp,
      ["--steps N", "steps from 1e-7 to 10 (default: 100)"],
      ["--seed N", "root of all randomness: the same seed gives the same curve"],
      ["--batch-size N", "samples per step"],
      backendHelp,
      jsonHelp,
    ],
  },
  evaluate: {
    summary: "Measure a trained run on data",
    positionals: ["PROJECT"],
    options: { ...json, ...data, ...backend, run: { type: "string" }, part: { type: "string" } },
    help: [
      ["--run DIR", "the folder of a run with its weights (needed)"],
      dataHelp,
      ["--part validation|train|all", "which samples (default: validation)"],
      backendHelp,
      jsonHelp,
    ],
  },
  predict: {
    summary: "Print what a trained run says of each sample",
    positionals: ["PROJECT"],
    options: {
      ...json,
      ...data,
      ...backend,
      run: { type: "string" },
      part: { type: "string" },
      limit: { type: "string" },
    },
    help: [
      ["--run DIR", "the folder of a run with its weights (needed)"],
      dataHelp,
      ["--part validation|train|all", "which samples (default: all, which needs no target column)"],
      ["--limit N", "the first N of them only"],
      backendHelp,
      jsonHelp,
    ],
  },
  export: {
    summary: "Write code or model files",
    positionals: ["PROJECT"],
    options: {
      ...json,
      to: { type: "string" },
      run: { type: "string" },
      out: { type: "string" },
      force: { type: "boolean" },
    },
    help: [
      ["--to typescript|keras|tfjs|tensorboard|csv", "what to write (needed)"],
      [
        "--run DIR",
        "for tfjs: the weights of this run, and preparation.json, which says how to feed them; without it the weights are fresh. For tensorboard and csv: the run whose curves are written (needed)",
      ],
      ["--out DIR", "where to write (needed); made if it is not there"],
      ["--force", "replace files of the same name"],
      jsonHelp,
    ],
  },
  templates: {
    summary: "List the projects that come with Netloom",
    positionals: [],
    options: json,
    help: [jsonHelp],
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof commandTable;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commandTable, name);
}

/** Blocks printed as functions build the very model that the same layers line by line build. */
import { beforeAll, describe, expect, test } from "vitest";
import { drawDocument } from "../blocks/blocks.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { findKerasPython } from "./python.testkit.ts";
import {
  checkTypes,
  compileForPrint,
  describeWithKeras,
  describeWithTfjs,
  type ModelText,
  printBoth,
} from "./sameModels.testkit.ts";

const dense = (units: string | number, more = {}) =>
  ["dense", { units: typeof units === "string" ? { $expr: units } : units, ...more }] as const;

/** Two layers and a skip. */
const residual = {
  params: { units: 4 },
  nodes: {
    in: "blockInput",
    first: dense("units * 2", { activation: "relu" }),
    second: dense("units"),
    sum: "add",
    out: "blockOutput",
  },
  wires: ["in>first", "first>second", "in>sum", "second>sum", "sum>out"],
} as const;

const stage = {
  params: { units: 4, copies: 2 },
  nodes: {
    in: "blockInput",
    fit: dense("units"),
    unit: ["block:residual", { units: { $expr: "units" }, repeat: { $expr: "copies - 1" } }],
    out: "blockOutput",
  },
  wires: ["in>fit", "fit>unit", "unit>out"],
} as const;

/** Two inputs, two outputs. */
const cross = {
  params: { units: 3 },
  nodes: {
    left: "blockInput",
    right: "blockInput",
    a: dense("units"),
    b: dense("units + 1"),
    both: "concatenate",
    high: "blockOutput",
    low: "blockOutput",
  },
  wires: ["left>a", "right>b", "a>both", "b>both", "both>high", "b>low"],
} as const;

const memory = {
  params: { units: 3 },
  nodes: {
    in: "blockInput",
    lstm: ["lstm", { units: { $expr: "units" }, returnState: true, returnSequences: true }],
    kept: "blockOutput",
    state: "blockOutput",
  },
  wires: ["in>lstm", "lstm>kept", "lstm:2>state"],
} as const;

const wave = {
  nodes: {
    in: "blockInput",
    conv: [
      "conv1d",
      { filters: 2, kernelSize: [2], padding: "causal", dilationRate: [{ $expr: "2 ** index" }] },
    ],
    out: "blockOutput",
  },
  wires: ["in>conv", "conv>out"],
} as const;

const tower = {
  nodes: { in: "blockInput", hidden: dense(5), calm: ["dropout", {}], out: "blockOutput" },
  wires: ["in>hidden", "hidden>calm", "calm>out"],
} as const;

const styled = {
  params: { activation: "relu", bias: true },
  nodes: {
    in: "blockInput",
    hidden: [
      "dense",
      { units: 3, activation: { $expr: "activation" }, useBias: { $expr: "bias" } },
    ],
    out: "blockOutput",
  },
  wires: ["in>hidden", "hidden>out"],
} as const;

interface Case {
  readonly title: string;
  readonly document: ProjectDocument;
  /** Lines that the Python must have, and none of the functions in `flat`. */
  readonly says: readonly string[];
  readonly flat?: readonly string[];
}

const loss = { loss: "meanSquaredError" } as const;

const cases: readonly Case[] = [
  {
    title: "blocks in blocks, repeated, with other numbers and other numbers of copies",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          low: ["block:stage", { units: 4, copies: 3 }],
          high: ["block:stage", { units: 6, copies: 5 }],
          out: ["output", loss],
        },
        wires: ["row>low", "low>high", "high>out"],
      },
      { residual, stage },
    ),
    says: [
      "def residual(x, units, name):",
      `Dense(2 * units, activation="relu", name=f"{name}_first")`,
      "def stage(x, units, copies, name):",
      "for index in range(1, copies):",
      `low = stage(row, units=4, copies=3, name="low")`,
    ],
  },
  {
    title: "a repetition of one and of several, which are named otherwise",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          low: ["block:stage", { units: 4, copies: 2 }],
          high: ["block:stage", { units: 6, copies: 5 }],
          out: ["output", loss],
        },
        wires: ["row>low", "low>high", "high>out"],
      },
      { residual, stage },
    ),
    says: ["def stage(", "def stage_block("],
  },
  {
    title: "several inputs and outputs, of which some nobody needs, and one tensor for both",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          column: ["input", { shape: [2] }],
          one: ["block:cross", { units: 2 }],
          two: ["block:cross", { units: 5 }],
          same: ["block:cross", { units: 5 }],
          out: ["output", loss],
          more: ["output", loss],
        },
        wires: [
          "row>one:0",
          "column>one:1",
          "one>two:0",
          "one:1>two:1",
          "two>same:0",
          "two>same:1",
          "same>out",
          "same:1>more",
        ],
      },
      { cross },
    ),
    says: ["def cross(left, right, units"],
  },
  {
    title: "a block whose second input needs its first output",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          knot: "block:cross",
          between: dense(7),
          out: ["output", loss],
        },
        wires: ["row>knot:0", "knot:1>between", "between>out", "row>knot:1"],
      },
      { cross },
    ),
    says: ["def cross(x, name):"],
  },
  {
    title: "a block that values leave and enter again",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          knot: "block:apart",
          between: dense(7),
          out: ["output", loss],
        },
        wires: ["row>knot:0", "knot>between", "between>knot:1", "knot:1>out"],
      },
      {
        apart: {
          nodes: {
            left: "blockInput",
            right: "blockInput",
            a: dense(2),
            b: dense(3),
            high: "blockOutput",
            low: "blockOutput",
          },
          wires: ["left>a", "right>b", "a>high", "b>low"],
        },
      },
    ),
    says: ["# knot"],
    flat: ["apart"],
  },
  {
    title: "states that come out of a block and names that Python and we have ourselves",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [4, 2] }],
          lambda: ["block:memory", { units: 2 }],
          layers: ["block:memory", { units: 3 }],
          joined: "concatenate",
          out: ["output", loss],
        },
        wires: ["row>lambda", "lambda>layers", "lambda:1>joined", "layers:1>joined", "joined>out"],
      },
      { memory },
    ),
    says: ["def memory(x, units, name):", `name="lambda`],
  },
  {
    title: "copies that count themselves",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [8, 2] }],
          waves: ["block:wave", { repeat: 3 }],
          out: ["output", loss],
        },
        wires: ["row>waves", "waves>out"],
      },
      { wave },
    ),
    says: ["def wave(x, dilation_rate, name):", `dilation_rate=4, name="waves_3"`],
  },
  {
    title: "a repeated block at the top, whose input is needed again",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [4] }],
          units: ["block:residual", { repeat: 3 }],
          sum: "add",
          out: ["output", loss],
        },
        wires: ["row>units", "row>sum", "units>sum", "sum>out"],
      },
      { residual },
    ),
    says: ["    units = row", "    for index in range(1, 4):", `name=f"units_{index}"`],
  },
  {
    title: "shared instances beside one of its own, and layers shared inside a block",
    document: drawDocument(
      {
        nodes: {
          left: ["input", { shape: [5] }],
          right: ["input", { shape: [5] }],
          twin: "block:tower",
          same: ["block:tower", {}, { shares: "twin" }],
          single: "block:tower",
          loop: "block:again",
          sum: "add",
          out: ["output", loss],
        },
        wires: [
          "left>twin",
          "right>same",
          "right>single",
          "single>loop",
          "twin>sum",
          "same>sum",
          "loop>sum",
          "sum>out",
        ],
      },
      {
        tower,
        again: {
          nodes: {
            in: "blockInput",
            one: dense(5),
            two: ["dense", {}, { shares: "one" }],
            out: "blockOutput",
          },
          wires: ["in>one", "one>two", "two>out"],
        },
      },
    ),
    says: ["twin_hidden_layer", "one_layer = layers.Dense", "def tower(x, name):", "def again("],
  },
  {
    title: "words and truth values, and layers of our own",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [5] }],
          one: ["block:styled", { activation: "relu" }],
          two: ["block:styled", { activation: "tanh", bias: false }],
          three: ["block:styled", { activation: "gelu" }],
          odd: ["block:styled", { activation: "hardSigmoid" }],
          out: ["output", loss],
        },
        wires: ["row>one", "one>two", "two>three", "three>odd", "odd>out"],
      },
      { styled },
    ),
    says: [`activation="tanh"`, "use_bias=bias"],
  },
  {
    title: "frozen blocks beside others",
    document: drawDocument(
      {
        nodes: {
          row: ["input", { shape: [5] }],
          one: ["block:tower", { trainable: false }],
          two: "block:tower",
          out: ["output", loss],
        },
        wires: ["row>one", "one>two", "two>out"],
      },
      { tower },
    ),
    says: ["def tower(x, trainable, name):"],
  },
];

const python = findKerasPython();
const printed = cases.map(({ document }) => printBoth(compileForPrint(document)));

test.each(cases.map(({ title, says, flat = [] }, index) => ({ title, says, flat, index })))(
  "$title: says it as a person would",
  ({ says, flat, index }) => {
    const text = printed[index]?.python ?? "";
    for (const line of says) expect(text).toContain(line);
    for (const name of flat) expect(text).not.toContain(`def ${name}`);
  },
);

test("the functions compile under strict", () => {
  expect(
    checkTypes(
      "blocks",
      printed.map(({ typescript }) => typescript),
    ),
  ).toBe("");
}, 240_000);

describe.each(["tfjs", "keras"] as const)("%s", (target) => {
  let ours: readonly ModelText[] = [];
  let flat: readonly ModelText[] = [];
  const isMissing = target === "keras" && python === null;

  beforeAll(async () => {
    if (isMissing) return;
    const sources =
      target === "tfjs"
        ? printed.flatMap(({ typescript, flatTypescript }) => [typescript, flatTypescript])
        : printed.flatMap((pair) => [pair.python, pair.flatPython]);
    const texts =
      target === "tfjs"
        ? await describeWithTfjs("blocks", sources)
        : describeWithKeras(python ?? "", sources);
    ours = texts.filter((_, index) => index % 2 === 0);
    flat = texts.filter((_, index) => index % 2 === 1);
  }, 480_000);

  test.skipIf(isMissing).each(cases.map(({ title }, index) => [title, index] as const))(
    "%s: is the model that its layers line by line make",
    (_title, index) => {
      expect(ours[index]).toContain("weights");
      expect(ours[index]).toBe(flat[index]);
    },
  );
});

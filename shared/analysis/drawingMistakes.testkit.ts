import type { BlockDrawing } from "../blocks/blocks.testkit.ts";
import { type Mistake, chain, image, linear, regression, row, softmax } from "./mistake.testkit.ts";

const $ = (text: string) => ({ $expr: text });

/** Keeps the size; \u2192 the number of channels is a parameter. */
const unit: BlockDrawing = {
  params: { filters: 4 },
  nodes: {
    in: "blockInput",
    conv: ["conv2d", { filters: $("filters"), padding: "same" }],
    out: "blockOutput",
  },
  wires: chain("in", "conv", "out"),
};
const tail = { flat: "flatten", head: softmax(3), out: "output" } as const;

/** Expressions and variables, shared weights, and what is muted. */
export const drawingMistakes: readonly Mistake[] = [
  {
    title: "a misspelt parameter in a block",
    nodes: { image, stage: "block:typo", ...tail },
    wires: chain("image", "stage", "flat", "head", "out"),
    blocks: {
      typo: {
        params: { filters: 4 },
        nodes: {
          in: "blockInput",
          conv: ["conv2d", { filters: $("fliters * 2") }],
          out: "blockOutput",
        },
        wires: chain("in", "conv", "out"),
      },
    },
    code: "expression",
    blamed: "stage/conv",
    says: ["conv in ‘stage’: Filters has no value", "fliters"],
    fix: "Use filters in filters of conv",
  },
  {
    title: "a misspelt variable in the option of an instance",
    nodes: { image, stage: ["block:unit", { filters: $("clases") }], ...tail },
    wires: chain("image", "stage", "flat", "head", "out"),
    blocks: { unit },
    variables: [["classes", 10]],
    code: "expression",
    blamed: "stage",
    says: ["stage: filters has no value", "clases"],
    fix: "Use classes in filters of stage",
  },
  {
    title: "an expression that ends too early",
    nodes: {
      row,
      hidden: linear(4),
      head: ["dense", { units: $("2 +"), activation: "softmax" }],
      out: "output",
    },
    wires: chain("row", "hidden", "head", "out"),
    code: "expression",
    blamed: "head",
    says: ["head: Units has no value"],
    fix: "Reset units of head to its default",
  },
  {
    title: "an expression that gives half a unit",
    nodes: { row, hidden: ["dense", { units: $("classes / 4") }], head: softmax(3), out: "output" },
    wires: chain("row", "hidden", "head", "out"),
    variables: [["classes", 10]],
    code: "bad-parameter",
    blamed: "hidden",
    says: ["hidden: Units must be a whole number, got 2.5"],
    fix: "Reset units of hidden to its default",
  },
  {
    title: "a variable computed from a misspelt one",
    nodes: { row, head: ["dense", { units: $("wide"), activation: "softmax" }], out: "output" },
    wires: chain("row", "head", "out"),
    variables: [
      ["width", 8],
      ["wide", $("widht * 2")],
    ],
    code: "expression",
    blamed: null,
    says: ["The variable wide has no value", "widht"],
    fix: "Use width in the variable wide",
  },
  {
    title: "two variables of one name",
    nodes: { row, head: softmax(3), out: "output" },
    wires: chain("row", "head", "out"),
    variables: [
      ["width", 8],
      ["width", 9],
    ],
    code: "duplicate-name",
    blamed: null,
    says: ["Two variables are called width"],
    fix: "Keep only the first variable width",
  },
  {
    title: "a shared layer on features of another number",
    nodes: {
      left: ["input", { shape: [8] }],
      right: ["input", { shape: [6] }],
      a: linear(4),
      b: ["dense", {}, { shares: "a" }],
      gap: "subtract",
      head: linear(1),
      out: regression,
    },
    wires: ["left>a", "right>b", "a>gap", "b>gap", "gap>head", "head>out"],
    code: "shared-mismatch",
    blamed: "b",
    says: ["b is another use of a, which has a kernel of 8 × 4", "a kernel of 6 × 4"],
    fix: "Give b weights of its own",
  },
  {
    title: "a shared block on images of other channels",
    nodes: {
      left: ["input", { shape: [8, 8, 3] }],
      right: ["input", { shape: [8, 8, 1] }],
      a: "block:unit",
      b: ["block:unit", {}, { shares: "a" }],
      gap: "subtract",
      out: regression,
    },
    wires: ["left>a", "right>b", "a>gap", "b>gap", "gap>out"],
    blocks: { unit },
    code: "shared-mismatch",
    blamed: "b/conv",
    says: ["conv in ‘b’ is another use of conv in ‘a’", "a kernel of 3 × 3 × 1 × 4"],
    fix: "Give conv in ‘b’ weights of its own",
  },
  {
    title: "a share of a layer that is gone",
    nodes: {
      row,
      head: ["dense", { units: 3, activation: "softmax" }, { shares: "gone" }],
      out: "output",
    },
    wires: chain("row", "head", "out"),
    code: "shared-mismatch",
    severity: "warning",
    blamed: "head",
    says: ["head shares the weights of a layer that isn't there"],
    fix: "Give head weights of its own",
  },
  {
    title: "a muted Flatten that is needed",
    nodes: {
      image,
      flat: ["flatten", {}, { isMuted: true }],
      twice: ["repeatVector", { n: 2 }],
      end: "flatten",
      head: softmax(3),
      out: "output",
    },
    wires: chain("image", "flat", "twice", "end", "head", "out"),
    code: "rank",
    blamed: "twice",
    says: ["twice needs", "image gives height 28"],
    fix: "Unmute flat",
  },
  {
    title: "a muted convolution before a skip connection",
    nodes: {
      image,
      first: ["conv2d", { filters: 8, padding: "same" }],
      second: ["conv2d", { filters: 8, padding: "same" }, { isMuted: true }],
      stride: ["conv2d", { filters: 8, strides: [2, 2], padding: "same" }, { isMuted: true }],
      short: ["conv2d", { filters: 8, strides: [2, 2], padding: "same" }],
      sum: "add",
      ...tail,
    },
    wires: [
      ...chain("image", "first", "second", "stride", "sum"),
      ...chain("first", "short", "sum", "flat", "head", "out"),
    ],
    code: "merge",
    blamed: "sum",
    says: ["sum needs", "first gives height 28", "short gives height 14"],
    fix: "Unmute stride",
  },
  {
    title: "a muted layer with nothing to pass on",
    nodes: { row, drop: ["dropout", {}, { isMuted: true }], head: softmax(3), out: "output" },
    wires: chain("drop", "head", "out"),
    code: "muted",
    blamed: "drop",
    says: ["drop is muted but gets nothing that it could pass on"],
    fix: "Connect row to drop",
  },
];

import { assertNever } from "../base/assertNever.ts";
import { listNodes } from "../document/graphQueries.ts";
import { listLossOptions, type LossName } from "../training/losses.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { type FixContext, setParamRemedy, type Remedy } from "./fixContext.ts";
import { checkMetricOptions } from "./checkMetrics.ts";
import { checkSpecialHead } from "./checkSpecialLosses.ts";
import { kindOfLoss, sayLoss } from "./lossKinds.ts";
import { type HeadWish, type OutputHead, headRemedy, readHead } from "./outputHead.ts";
import { type Finding, tellDiagnostic } from "./tellDiagnostic.ts";
import type { Diagnostic } from "./types.ts";

/** Whether each Output's loss goes with the activation and the units in front of it, whatever the data. */
export function checkOutputs(context: FixContext): readonly Diagnostic[] {
  return listNodes(context.graph)
    .filter((node) => node.type === "output")
    .flatMap((output) => {
      const head = readHead(context, output);
      const loss = readLoss(output);
      if (head === null || loss === null) return [];
      const logits = readsLogits(output, loss) ? checkLogits(context, head, loss) : null;
      return [
        ...(logits ?? checkHead(context, head, loss)),
        ...checkMetricOptions(context, head, loss),
      ];
    })
    .map(tellDiagnostic);
}

export function readLoss(output: Parameters<typeof readNodeParams>[0]): LossName | null {
  const loss = readNodeParams(output)?.["loss"];
  // The Output's options for `loss` are exactly the loss names, and readParams has checked them.
  return typeof loss === "string" ? (loss as LossName) : null;
}

/** Whether the loss does softmax or sigmoid itself. */
function readsLogits(output: Parameters<typeof readNodeParams>[0], loss: LossName): boolean {
  return (
    listLossOptions(loss).includes("fromLogits") && readNodeParams(output)?.["fromLogits"] === true
  );
}

/** Behind "From logits" nothing may have made probabilities; null where only the units could still be wrong. */
function checkLogits(
  context: FixContext,
  head: OutputHead,
  loss: LossName,
): readonly Finding[] | null {
  const { output, activation, shape } = head;
  if (kindOfLoss(loss) === "classes" && shape.axes.at(-1)?.size === 1) return null;
  if (activation !== "softmax" && activation !== "sigmoid") return [];
  const maker = context.nameOf((head.activationNode ?? head.unitsNode)?.id ?? head.edge.source);
  const nodes = [output.id, head.activationNode?.id ?? head.edge.source];
  const linear = headRemedy(context, head, { activation: "linear" }, `set linear on ${maker}`);
  return [
    {
      code: "loss-activation",
      severity: "warning",
      message: `${output.name}'s ${sayLoss(loss)} is set to take logits and applies ${kindOfLoss(loss) === "binary" ? "the sigmoid" : "the softmax"} itself; ${maker} ends with ${activation}, so it would be applied twice.`,
      nodes,
      edges: [head.edge.id],
      param: "fromLogits",
      remedies: [
        setParamRedo(context, head, { fromLogits: false }, "switch From logits off"),
        ...(linear === null ? [] : [linear]),
      ],
    },
  ];
}

function setParamRedo(
  context: FixContext,
  { output }: OutputHead,
  params: { readonly fromLogits: boolean },
  words: string,
): Remedy {
  return setParamRemedy(context, output.id, params, words.charAt(0).toUpperCase() + words.slice(1));
}

function checkHead(context: FixContext, head: OutputHead, loss: LossName): readonly Finding[] {
  const { output, activation, shape } = head;
  const units = shape.axes.at(-1)?.size ?? null;
  const maker = context.nameOf((head.activationNode ?? head.unitsNode)?.id ?? head.edge.source);
  const offer = (...choices: readonly (readonly [HeadWish, string])[]) =>
    choices.flatMap(([wish, words]) => headRemedy(context, head, wish, words) ?? []);
  const nodes = [output.id, (head.activationNode ?? head.unitsNode)?.id ?? head.edge.source];
  const edges = [head.edge.id];
  const finding = (
    code: "loss-activation" | "loss-units",
    message: string,
    remedies: readonly Remedy[],
  ): readonly Finding[] => [
    {
      code,
      severity: code === "loss-units" ? "error" : "warning",
      message,
      nodes,
      edges,
      param: "loss",
      remedies,
    },
  ];

  const toBinary = [
    { activation: "sigmoid", loss: "binaryCrossentropy" },
    "use sigmoid with binary cross-entropy",
  ] as const;
  const toNumbers = [
    { activation: "linear", loss: "meanSquaredError", metrics: ["meanAbsoluteError"] },
    "use linear with mean squared error",
  ] as const;
  if (units === 1 && activation === "softmax") {
    const choices = kindOfLoss(loss) === "numbers" ? [toNumbers, toBinary] : [toBinary, toNumbers];
    return finding(
      "loss-units",
      `${maker} applies softmax to a single unit, which is always 1, so nothing can be learned.`,
      offer(...choices),
    );
  }
  const made = activation ?? "no activation";
  const kind = kindOfLoss(loss);
  switch (kind) {
    case "classes":
      if (units === 1) {
        return finding(
          "loss-units",
          `${output.name}'s ${sayLoss(loss)} needs one unit per class; ${maker} gives a single one.`,
          offer(toBinary, toNumbers),
        );
      }
      const missing = findMissingClass(output, loss, units);
      if (missing !== null) {
        return [
          {
            code: "loss-units",
            message: `${output.name} leaves out class ${missing}; ${maker} gives ${String(units)} classes, counted from 0.`,
            nodes,
            edges,
            param: "ignoreClass",
            remedies: [
              setParamRemedy(context, output.id, { ignoreClass: null }, "Leave out no class"),
            ],
          },
        ];
      }
      if (activation === "softmax" || activation === null) return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} needs probabilities from a softmax; ${maker} ends with ${made}.`,
        offer(
          [{ activation: "softmax" }, `set softmax on ${maker}`],
          ...takeLogits(loss, activation),
          activation === "sigmoid"
            ? [{ loss: "binaryCrossentropy" }, "use binary cross-entropy"]
            : [{ loss: "meanSquaredError" }, "use mean squared error"],
        ),
      );
    case "binary":
      if (activation === "sigmoid" || activation === null) return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} needs a probability per unit from a sigmoid; ${maker} ends with ${made}.`,
        activation === "softmax"
          ? offer(
              [{ loss: "categoricalCrossentropy" }, "use categorical cross-entropy"],
              [{ activation: "sigmoid" }, `set sigmoid on ${maker}`],
            )
          : offer(
              [{ activation: "sigmoid" }, `set sigmoid on ${maker}`],
              ...takeLogits(loss, activation),
              [{ loss: "meanSquaredError" }, "use mean squared error"],
            ),
      );
    case "overlap":
      if (activation === "sigmoid" || activation === "softmax" || activation === null) return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} compares areas by shares from 0 to 1; ${maker} ends with ${made}.`,
        offer(
          [{ activation: "sigmoid" }, `set sigmoid on ${maker}`],
          [{ activation: "softmax" }, `set softmax on ${maker}`],
        ),
      );
    case "margin":
      if (activation !== "sigmoid" && activation !== "softmax") return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} compares with −1 and 1; ${maker} ends with ${made}, which gives 0 to 1.`,
        offer(
          [{ activation: "tanh" }, `set tanh on ${maker}`],
          [
            activation === "sigmoid"
              ? { loss: "binaryCrossentropy" }
              : { loss: "categoricalCrossentropy" },
            activation === "sigmoid" ? "use binary cross-entropy" : "use categorical cross-entropy",
          ],
        ),
      );
    case "numbers":
      if (activation !== "softmax") return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} is for numbers; ${maker} ends with softmax, which gives shares of classes.`,
        offer(
          [
            { loss: "categoricalCrossentropy", metrics: ["accuracy"] },
            "use categorical cross-entropy",
          ],
          [{ activation: "linear" }, `set linear on ${maker}`],
        ),
      );
    case "classMargin":
      return [];
    case "sequence":
    case "pairs":
      return checkSpecialHead(context, head, loss);
    default:
      return assertNever(kind);
  }
}

/** The class that is to be left out, where the output has no such class. */
function findMissingClass(
  output: Parameters<typeof readNodeParams>[0],
  loss: LossName,
  units: number | null,
): number | null {
  const left = readNodeParams(output)?.["ignoreClass"];
  const isKnown = listLossOptions(loss).includes("ignoreClass");
  return isKnown && typeof left === "number" && units !== null && left >= units ? left : null;
}

/** A linear end can stay where the loss can do the rest. */
function takeLogits(loss: LossName, activation: string): readonly (readonly [HeadWish, string])[] {
  const isFit = activation === "linear" && listLossOptions(loss).includes("fromLogits");
  return isFit ? [[{ fromLogits: true }, "let the loss take logits"]] : [];
}

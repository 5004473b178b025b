import { assertNever } from "../base/assertNever.ts";
import { listNodes } from "../document/graphQueries.ts";
import type { LossName } from "../training/losses.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { type FixContext, type Remedy, makeRemedy } from "./fixContext.ts";
import { kindOfLoss, sayLoss } from "./lossKinds.ts";
import { type HeadWish, type OutputHead, changeHead, readHead } from "./outputHead.ts";
import { type Finding, tellDiagnostic } from "./tellDiagnostic.ts";
import type { Diagnostic } from "./types.ts";

/** Whether each Output's loss goes with the activation and the units in front of it, whatever the data. */
export function checkOutputs(context: FixContext): readonly Diagnostic[] {
  return listNodes(context.graph)
    .filter((node) => node.type === "output")
    .flatMap((output) => {
      const head = readHead(context, output);
      const loss = readLoss(output);
      return head === null || loss === null ? [] : checkHead(context, head, loss);
    })
    .map(tellDiagnostic);
}

export function readLoss(output: Parameters<typeof readNodeParams>[0]): LossName | null {
  const loss = readNodeParams(output)?.["loss"];
  // The Output's options for `loss` are exactly the loss names, and readParams has checked them.
  return typeof loss === "string" ? (loss as LossName) : null;
}

/** A way to change loss, activation and units together, as a fix. */
export function headRemedy(
  context: FixContext,
  head: OutputHead,
  wish: HeadWish,
  words: string,
): Remedy | null {
  if (changeHead(context, head, wish).length === 0) return null;
  return makeRemedy(words, words.charAt(0).toUpperCase() + words.slice(1), () => ({
    kind: "batch",
    label: words.charAt(0).toUpperCase() + words.slice(1),
    edits: changeHead(context, head, wish),
  }));
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
      if (activation === "softmax" || activation === null) return [];
      return finding(
        "loss-activation",
        `${output.name}'s ${sayLoss(loss)} needs probabilities from a softmax; ${maker} ends with ${made}.`,
        offer(
          [{ activation: "softmax" }, `set softmax on ${maker}`],
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
              [{ loss: "meanSquaredError" }, "use mean squared error"],
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
    default:
      return assertNever(kind);
  }
}

/** What CTC and Circle need: losses whose truth is not one row for each row that the Output gets. */
import type { FieldSpec } from "../datasets/dataset.ts";
import { countValues, formatShape } from "../layers/shape.ts";
import { readsTruthAs, type LossName } from "../training/losses.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { type FixContext, insertRemedy, setParamRemedy, type Remedy } from "./fixContext.ts";
import { sayLoss } from "./lossKinds.ts";
import { headRemedy, type HeadWish, type OutputHead } from "./outputHead.ts";
import type { Finding } from "./tellDiagnostic.ts";

/** The layers before an Output with CTC or Circle; nothing for any other loss. */
export function checkSpecialHead(
  context: FixContext,
  head: OutputHead,
  loss: LossName,
): readonly Finding[] {
  const reading = readsTruthAs(loss);
  if (reading === "rows") return [];
  const [wrong] = reading === "sequence" ? checkSteps(context, head) : checkVectors(context, head);
  return [...(wrong === undefined ? [] : [wrong]), ...checkMetrics(context, head, loss)];
}

function checkSteps(context: FixContext, head: OutputHead): readonly Finding[] {
  const { output, shape, activation } = head;
  const maker = nameMaker(context, head);
  const about = { nodes: blame(head), edges: [head.edge.id], param: "loss" };
  const units = shape.axes.at(-1)?.size ?? null;
  if (shape.axes.length !== 2) {
    return [
      {
        ...about,
        code: "loss-units",
        message: `${output.name}'s CTC loss needs a sequence, steps × classes; ${maker} gives ${formatShape(shape)}.`,
        remedies: offer(context, head, [[toClasses, "use categorical cross-entropy"]]),
        advice: "End with a layer that gives a row of scores at every step.",
      },
    ];
  }
  if (units === 1) {
    return [
      {
        ...about,
        code: "loss-units",
        message: `${output.name}'s CTC loss needs one unit per label and one, the first, for the blank; ${maker} gives a single one.`,
        advice: `Give ${maker} more units.`,
      },
    ];
  }
  if (activation !== "softmax" && activation !== "sigmoid") return [];
  return [
    {
      ...about,
      code: "loss-activation",
      severity: "warning",
      message: `${output.name}'s CTC loss takes scores and applies the softmax itself; ${maker} ends with ${activation}, so it would be applied twice.`,
      remedies: offer(context, head, [[{ activation: "linear" }, `set linear on ${maker}`]]),
    },
  ];
}

function checkVectors(context: FixContext, head: OutputHead): readonly Finding[] {
  const { output, shape, edge } = head;
  const maker = nameMaker(context, head);
  const about = { nodes: blame(head), edges: [edge.id], param: "loss" };
  if (shape.axes.length !== 1 || shape.axes[0]?.size === 1) {
    return [
      {
        ...about,
        code: "loss-units",
        message: `${output.name}'s circle loss compares vectors, one per sample; ${maker} gives ${formatShape(shape)}.`,
        remedies: offer(context, head, [[toClasses, "use categorical cross-entropy"]]),
        advice: "End with a Dense layer of several units.",
      },
    ];
  }
  if (context.graph.nodes[edge.source]?.type === "unitNormalization") return [];
  return [
    {
      ...about,
      code: "loss-activation",
      severity: "warning",
      message: `${output.name}'s circle loss measures angles between vectors of length 1; ${maker} gives vectors of any length.`,
      remedies: [insertRemedy(context, edge, "unitNormalization")],
    },
  ];
}

/** Metrics go row by row. */
function checkMetrics(
  context: FixContext,
  { output }: OutputHead,
  loss: LossName,
): readonly Finding[] {
  const metrics = readNodeParams(output)?.["metrics"];
  if (!Array.isArray(metrics) || metrics.length === 0) return [];
  return [
    {
      code: "loss-target",
      severity: "warning",
      param: "metrics",
      message: `${output.name}'s metrics compare row by row, and the truth of a ${sayLoss(loss)} has other rows: nothing but the loss is measured.`,
      nodes: [output.id],
      remedies: [setParamRemedy(context, output.id, { metrics: [] }, "Remove the metrics")],
    },
  ];
}

/** The bound target under CTC or Circle. */
export function checkSpecialTarget(
  context: FixContext,
  about: { readonly head: OutputHead; readonly loss: LossName; readonly field: FieldSpec },
): readonly Finding[] {
  const { head, loss, field } = about;
  const classes = field.classes?.length ?? null;
  const found = { nodes: blame(head), edges: [head.edge.id] };
  const other = offer(context, head, [
    classes === null
      ? [{ ...toNumbers, units: countValues(field.shape) ?? 1 }, "use mean squared error"]
      : [
          { ...toClasses, units: classes, activation: "softmax" },
          `use softmax over ${classes} units`,
        ],
  ]);
  const gives = classes === null ? `numbers, ${formatShape(field.shape)}` : `${classes} classes`;
  if (readsTruthAs(loss) === "label") {
    if (classes !== null && field.shape.axes.length === 0) return [];
    return [
      {
        ...found,
        code: "loss-target",
        param: "loss",
        message: `${head.output.name}'s circle loss needs one class per sample, to tell pairs of one class from others; ${field.name} has ${gives}${classes === null ? "" : ` at each of ${formatShape(field.shape)}`}.`,
        remedies: other,
      },
    ];
  }
  if (field.shape.axes.length === 0) {
    return [
      {
        ...found,
        code: "loss-target",
        param: "loss",
        message: `${head.output.name}'s CTC loss needs a sequence of labels per sample, filled up with 0; ${field.name} is a single ${classes === null ? "number" : "class"}.`,
        advice:
          "In a table, give several numeric columns of labels the role of a target and one field; for one answer per sample take another loss.",
      },
    ];
  }
  const [steps = null, units = null] = head.shape.axes.map(({ size }) => size);
  const labels = countValues(field.shape);
  if (classes !== null && units !== null && units !== classes) {
    return [
      {
        ...found,
        code: "data-target",
        severity: units > classes ? "warning" : "error",
        message: `${head.output.name} gets ${formatShape(head.shape)}; ${field.name} has ${classes} classes, one unit each, of which the first is the blank.`,
        remedies: offer(context, head, [[{ units: classes }, `set ${classes} units`]]),
      },
    ];
  }
  if (steps === null || labels === null || labels <= steps) return [];
  return [
    {
      ...found,
      code: "data-target",
      message: `${head.output.name} gets ${steps} steps; ${field.name} has up to ${labels} labels, and CTC needs at least as many steps as labels.`,
      advice: "Keep more steps in the layers before it: smaller strides, less pooling.",
    },
  ];
}

const toClasses: HeadWish = { loss: "categoricalCrossentropy" };
const toNumbers: HeadWish = { loss: "meanSquaredError", activation: "linear" };

function offer(
  context: FixContext,
  head: OutputHead,
  choices: readonly (readonly [HeadWish, string])[],
): readonly Remedy[] {
  return choices.flatMap(([wish, words]) => headRemedy(context, head, wish, words) ?? []);
}

function nameMaker(context: FixContext, head: OutputHead): string {
  return context.nameOf((head.activationNode ?? head.unitsNode)?.id ?? head.edge.source);
}

function blame({ output, unitsNode, activationNode, edge }: OutputHead): Finding["nodes"] {
  return [output.id, (unitsNode ?? activationNode)?.id ?? edge.source];
}

import { listNodes } from "../document/graphQueries.ts";
import type { GraphNode } from "../document/model.ts";
import type { DatasetSummary, FieldSpec } from "../datasets/dataset.ts";
import { type Shape, formatShape, formatSizes, sizesOf } from "../layers/shape.ts";
import { fitsInput, fitsOutput } from "../training/assignFields.ts";
import { readsTruthAs, type LossName } from "../training/losses.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { readLoss } from "./checkOutputs.ts";
import { checkSpecialTarget } from "./checkSpecialLosses.ts";
import {
  type FixContext,
  type Remedy,
  joinWords,
  makeRemedy,
  setParamRemedy,
} from "./fixContext.ts";
import { kindOfLoss, sayLoss, takesClassNumbers } from "./lossKinds.ts";
import { matchFields } from "./matchFields.ts";
import { headRemedy, type HeadWish, type OutputHead, readHead } from "./outputHead.ts";
import { type Finding, tellDiagnostic } from "./tellDiagnostic.ts";
import type { Diagnostic } from "./types.ts";

/** The bound data against the graph's ends, as if wires ran between them. `null`: no data is bound, which is no fault. */
export function checkData(
  context: FixContext,
  summary: DatasetSummary | null,
): readonly Diagnostic[] {
  if (summary === null) {
    if (Object.keys(context.graph.nodes).length === 0) return [];
    const message = "No data is bound. Choose a file or one of the built-in data sets to train.";
    return [tellDiagnostic({ code: "no-data", severity: "info", message, nodes: [] })];
  }
  return [...checkInputs(context, summary), ...checkTargets(context, summary)].map(tellDiagnostic);
}

interface DataPort {
  readonly node: GraphNode;
  readonly name: string;
  readonly shape: Shape;
  readonly field: FieldSpec | null;
}

export function matchInputs(context: FixContext, summary: DatasetSummary): readonly DataPort[] {
  return matchPorts(context, summary, { type: "input", role: "feature", param: "field" });
}

export function matchTargets(context: FixContext, summary: DatasetSummary): readonly DataPort[] {
  return matchPorts(context, summary, { type: "output", role: "target", param: "target" });
}

function matchPorts(
  context: FixContext,
  summary: DatasetSummary,
  wanted: {
    readonly type: "input" | "output";
    readonly role: FieldSpec["role"];
    readonly param: string;
  },
): readonly DataPort[] {
  const fits = wanted.type === "input" ? fitsInput : fitsOutput;
  const ports = listNodes(context.graph).flatMap((node) => {
    const shape = node.type === wanted.type ? context.shapeOf(node.id) : null;
    const name = readNodeParams(node)?.[wanted.param];
    if (shape === null || typeof name !== "string") return [];
    const loss = node.type === "output" ? readLoss(node) : null;
    const port = loss === null ? { shape } : { shape, loss };
    return [{ node, name, shape, field: name, fits: (field: FieldSpec) => fits(port, field) }];
  });
  const fields = matchFields(
    ports,
    summary.fields.filter((field) => field.role === wanted.role),
  );
  return ports.map((port, index) => ({ ...port, field: fields[index] ?? null }));
}

function checkInputs(context: FixContext, summary: DatasetSummary): readonly Finding[] {
  const offered = summary.fields.filter((field) => field.role === "feature");
  const matched = matchInputs(context, summary);
  return matched.flatMap(({ node, name, shape, field }): Finding[] => {
    if (field === null) {
      const takers = listTakers(matched);
      return [describeMissing(context, node, { name, offered, param: "field", takers })];
    }
    if (fitsInput({ shape }, field)) return [];
    const sizes = sizesOf(field.shape);
    return [
      {
        code: "data-shape",
        message: `${node.name} takes ${formatShape(shape)}; ${summary.label} gives ${formatShape(field.shape)} (${field.name}).`,
        nodes: [node.id],
        param: "shape",
        remedies: [
          setParamRemedy(
            context,
            node.id,
            { shape: sizes },
            `Set the shape to ${formatSizes(field.shape)}`,
          ),
        ],
      },
    ];
  });
}

function listTakers(
  matched: readonly {
    readonly node: GraphNode;
    readonly name: string;
    readonly field: FieldSpec | null;
  }[],
): (field: FieldSpec) => readonly GraphNode[] {
  return (field) =>
    matched.filter((port) => port.name === "" && port.field === field).map(({ node }) => node);
}

function describeMissing(
  context: FixContext,
  node: GraphNode,
  about: {
    readonly name: string;
    readonly offered: readonly FieldSpec[];
    readonly param: "field" | "target";
    /** Nodes that take a field only because it was free. */
    readonly takers: (field: FieldSpec) => readonly GraphNode[];
  },
): Finding {
  const { name, offered, param } = about;
  const noun = param === "field" ? "field" : "target";
  const has =
    offered.length === 0
      ? `the data has no ${noun}`
      : `the data has ${joinWords(offered.map((field) => field.name))}`;
  const remedies: Remedy[] = offered
    .slice(0, 2)
    .map((field) =>
      name === ""
        ? shareRemedy([node, ...about.takers(field)], { [param]: field.name })
        : setParamRemedy(context, node.id, { [param]: field.name }, `Use ${field.name}`),
    );
  return {
    code: "data-missing",
    message:
      name === ""
        ? `${node.name} finds no ${noun} left in the data; ${has}.`
        : `${node.name} takes the ${noun} ${name}; ${has}.`,
    nodes: [node.id],
    param,
    remedies,
    advice:
      param === "field"
        ? "Remove the input or bind data with more fields."
        : "Give a column the role of the target.",
  };
}

/** Where all are taken, several may use one: then each of them has to name it. */
function shareRemedy(
  nodes: readonly GraphNode[],
  params: Readonly<Record<string, string>>,
): Remedy {
  const [name = ""] = Object.values(params);
  const title = `Use ${name} as well`;
  const [first] = nodes;
  return makeRemedy(`use ${name} as well`, `${title} in ${first?.name ?? ""}`, () => ({
    kind: "batch",
    label: title,
    edits: nodes.map((node) => ({ kind: "setParams", node: node.id, params })),
  }));
}

function checkTargets(context: FixContext, summary: DatasetSummary): readonly Finding[] {
  const offered = summary.fields.filter((field) => field.role === "target");
  const matched = matchTargets(context, summary);
  return matched.flatMap(({ node, name, field }): readonly Finding[] => {
    if (field === null) {
      const takers = listTakers(matched);
      return [describeMissing(context, node, { name, offered, param: "target", takers })];
    }
    const head = readHead(context, node);
    const loss = readLoss(node);
    if (head === null || loss === null) return [];
    if (readsTruthAs(loss) !== "rows") return checkSpecialTarget(context, { head, loss, field });
    return field.classes === null
      ? checkNumberTarget(context, { head, loss, field })
      : checkClassTarget(context, { head, loss, field, classes: field.classes.length });
  });
}

interface TargetCheck {
  readonly head: OutputHead;
  readonly loss: LossName;
  readonly field: FieldSpec;
}

function checkClassTarget(
  context: FixContext,
  { head, loss, field, classes }: TargetCheck & { readonly classes: number },
): readonly Finding[] {
  const { output, shape } = head;
  const units = shape.axes.at(-1)?.size ?? null;
  const kind = kindOfLoss(loss);
  const remedies = [
    ...offer(context, head, wishForClasses(classes), `use softmax over ${classes} units`),
    ...(classes === 2 ? offer(context, head, binaryWish, "use sigmoid with one unit") : []),
  ];
  const about = { nodes: blame(head), edges: [head.edge.id], remedies };
  if (kind === "numbers" && loss !== "cosineSimilarity") {
    return [
      {
        ...about,
        code: "loss-target",
        severity: units === classes ? "warning" : "error",
        param: "loss",
        message: `${output.name}'s ${sayLoss(loss)} is for numbers; ${field.name} has ${classes} classes.`,
      },
    ];
  }
  if (units === null || units === classes) return checkRank(context, head, field);
  if (units === 1 && classes === 2 && ["binary", "margin", "overlap"].includes(kind)) {
    return checkRank(context, head, field);
  }
  // A single unit under a loss for classes is told once already, whatever the data.
  if (units === 1 && kind === "classes") return [];
  return [
    {
      ...about,
      code: "data-target",
      severity: units > classes ? "warning" : "error",
      message: `${output.name} gets ${formatShape(shape)}; ${field.name} has ${classes} classes, one unit each.`,
    },
  ];
}

/** One class number per sample needs one row of units per sample. */
function checkRank(context: FixContext, head: OutputHead, field: FieldSpec): readonly Finding[] {
  const rows = head.shape.axes.slice(0, -1);
  const wanted = field.shape.axes;
  const isSame =
    rows.length === wanted.length &&
    rows.every(({ size }, index) => size === null || size === (wanted[index]?.size ?? size));
  if (isSame) return [];
  return [describeTargetShape(context, head, field, [])];
}

function checkNumberTarget(
  context: FixContext,
  { head, loss, field }: TargetCheck,
): readonly Finding[] {
  const { output, shape } = head;
  const kind = kindOfLoss(loss);
  const values = field.shape.axes.at(-1)?.size ?? 1;
  const wish = wishForNumbers(field);
  const remedies = offer(context, head, wish, "use linear with mean squared error");
  const isForClasses =
    kind === "classMargin" || (kind === "classes" && (values === 1 || takesClassNumbers(loss)));
  if (isForClasses) {
    if (shape.axes.at(-1)?.size === 1 && kind === "classes") return [];
    return [
      {
        code: "loss-target",
        param: "loss",
        message: `${output.name}'s ${sayLoss(loss)} is for classes; ${field.name} is a number.`,
        nodes: blame(head),
        edges: [head.edge.id],
        remedies,
      },
    ];
  }
  if (fitsOutput({ shape }, field)) return [];
  return [
    describeTargetShape(
      context,
      head,
      field,
      offer(
        context,
        head,
        { units: values },
        `set ${values === 1 ? "one unit" : `${values} units`}`,
      ),
    ),
  ];
}

function describeTargetShape(
  context: FixContext,
  head: OutputHead,
  field: FieldSpec,
  remedies: readonly Remedy[],
): Finding {
  const wanted = field.classes
    ? `${field.classes.length} classes${field.shape.axes.length === 0 ? " per sample" : ` at each of ${formatShape(field.shape)}`}`
    : formatShape(field.shape);
  return {
    code: "data-target",
    message: `${head.output.name} gets ${formatShape(head.shape)} from ${context.nameOf(head.edge.source)}; ${field.name} has ${wanted}.`,
    nodes: blame(head),
    edges: [head.edge.id],
    remedies,
    advice: "Change the layers before it so that the shapes agree.",
  };
}

export function wishForClasses(classes: number): HeadWish {
  return {
    units: classes,
    activation: "softmax",
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  };
}

export const binaryWish: HeadWish = {
  units: 1,
  activation: "sigmoid",
  loss: "binaryCrossentropy",
  metrics: ["accuracy"],
};

export function wishForNumbers(field: FieldSpec): HeadWish {
  return {
    units: field.shape.axes.at(-1)?.size ?? 1,
    activation: "linear",
    loss: "meanSquaredError",
    metrics: ["meanAbsoluteError"],
  };
}

function offer(
  context: FixContext,
  head: OutputHead,
  wish: HeadWish,
  words: string,
): readonly Remedy[] {
  const remedy = headRemedy(context, head, wish, words);
  return remedy === null ? [] : [remedy];
}

function blame(head: OutputHead): readonly GraphNode["id"][] {
  return [head.output.id, (head.unitsNode ?? head.activationNode)?.id ?? head.edge.source];
}

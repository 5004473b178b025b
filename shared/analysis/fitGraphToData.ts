import type { DatasetSummary, FieldSpec } from "../datasets/dataset.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import type { ProjectDocument } from "../document/model.ts";
import { sizesOf } from "../layers/shape.ts";
import type { StoredParams } from "../layers/params.ts";
import { expandDocument } from "../blocks/expandDocument.ts";
import { analyzeDocument } from "./analyzeDocument.ts";
import { fitsOutput } from "../training/assignFields.ts";
import { readsTruthAs } from "../training/losses.ts";
import { examineGraph } from "./analyzeGraph.ts";
import { readNodeParams } from "./analyzeNode.ts";
import {
  binaryWish,
  matchInputs,
  matchTargets,
  wishForClasses,
  wishForNumbers,
} from "./checkData.ts";
import { readLoss } from "./checkOutputs.ts";
import type { FixContext } from "./fixContext.ts";
import { kindOfLoss } from "./lossKinds.ts";
import { type EditMapper, createEditMapper } from "./mapEdit.ts";
import { type HeadWish, type OutputHead, changeHead, readHead } from "./outputHead.ts";

/**
 * One edit that makes the graph take this data: shapes of the Inputs, units and activation of the last layers, loss and
 * metrics of the Outputs, and a Flatten (or the like) where the new shape needs one. null where all fits already or
 * there is nothing to fit.
 */
export function fitGraphToData(
  document: ProjectDocument,
  summary: DatasetSummary,
): DocumentEdit | null {
  const edits: DocumentEdit[] = [];
  let current = document;
  const carryOut = (edit: DocumentEdit): boolean => {
    const applied = applyEdit(current, edit);
    if (!applied.ok || applied.value === current) return false;
    current = applied.value;
    edits.push(edit);
    return true;
  };
  // Edits are made for the flat graph; those that can't be drawn (across a block's border) are left to the user.
  const carryOutMapped = (make: (context: FixContext) => readonly DocumentEdit[]) => {
    const { context, mapEdit } = readContext(current);
    for (const edit of make(context)) {
      const mapped = mapEdit(edit);
      if (mapped !== null) carryOut(mapped.edit);
    }
  };
  carryOutMapped((context) => fitInputs(context, summary));
  mendBehindInputs(() => current, carryOut);
  carryOutMapped((context) => fitOutputs(context, summary));
  return edits.length === 0 ? null : { kind: "batch", label: "Fit the graph to the data", edits };
}

/** Shapes of all layers, for deciding what to change. */
function readContext(document: ProjectDocument): {
  readonly context: FixContext;
  readonly mapEdit: EditMapper;
} {
  const expanded = expandDocument(document);
  const { context } = examineGraph(expanded.graph, { silent: expanded.silent });
  const isAsDrawn = expanded.graph === document.graph;
  const mapEdit = isAsDrawn
    ? (edit: DocumentEdit) => ({ edit, everywhere: [] })
    : createEditMapper(expanded);
  return { context, mapEdit };
}

function fitInputs(context: FixContext, summary: DatasetSummary): readonly DocumentEdit[] {
  const features = summary.fields.filter((field) => field.role === "feature");
  const ports = matchInputs(context, summary);
  const used = new Set(ports.map((port) => port.field));
  const free = features.filter((field) => !used.has(field));
  return ports.flatMap(({ node, name, shape, field: matched }): DocumentEdit[] => {
    const field = matched ?? (name === "" ? undefined : free.shift());
    if (field === undefined) return [];
    const params: Record<string, StoredParams[string]> = {};
    const sizes = sizesOf(field.shape);
    const isSame = JSON.stringify(sizesOf(shape)) === JSON.stringify(sizes);
    // Unknown sizes that the data fills in were left open on purpose.
    const isOpen =
      shape.axes.length === sizes.length &&
      shape.axes.every(({ size }, index) => size === null || size === sizes[index]);
    if (!isSame && !isOpen) params["shape"] = sizes;
    if (matched === null) params["field"] = field.name;
    return Object.keys(params).length === 0 ? [] : [{ kind: "setParams", node: node.id, params }];
  });
}

/** A new shape may not fit the first layer: take the fix that analysis offers there. */
function mendBehindInputs(
  read: () => ProjectDocument,
  carryOut: (edit: DocumentEdit) => boolean,
): void {
  for (let round = 0; round < 4; round++) {
    const broken = analyzeDocument(read()).diagnostics.find(
      ({ code, severity, fixes }) =>
        severity === "error" && code === "rank" && fixes[0] !== undefined,
    );
    const fix = broken?.fixes[0];
    if (fix === undefined || !carryOut(fix.edit)) return;
  }
}

function fitOutputs(context: FixContext, summary: DatasetSummary): readonly DocumentEdit[] {
  const targets = summary.fields.filter((field) => field.role === "target");
  const [onlyTarget] = targets;
  return matchTargets(context, summary).flatMap(({ node, name, field: matched }) => {
    const field = matched ?? (targets.length === 1 ? onlyTarget : undefined);
    const head = readHead(context, node);
    if (field === undefined || head === null) return [];
    const target = matched === null && name !== "" ? { target: field.name } : {};
    return changeHead(context, head, { ...chooseWish(head, field), ...target });
  });
}

/** What is right already is left as it is: a sigmoid for two classes, a loss for numbers, an order of metrics. */
function chooseWish(head: OutputHead, field: FieldSpec): HeadWish {
  const loss = readLoss(head.output);
  const kind = loss === null ? null : kindOfLoss(loss);
  // Labels of another length, and pairs of samples, say what else the head must be: only the labels' units follow.
  if (loss !== null && readsTruthAs(loss) !== "rows" && fitsOutput({ ...head, loss }, field)) {
    return kind === "sequence" && field.classes !== null ? { units: field.classes.length } : {};
  }
  const units = head.shape.axes.at(-1)?.size ?? null;
  const { metrics = [], ...rest } = wishFor(field, { units, isBinary: kind === "binary" });
  const isForClasses = field.classes !== null;
  // A perceptron: the sign of one linear unit tells two classes apart.
  if (kind === "margin" && units === 1 && field.classes?.length === 2) return { units };
  const suits =
    kind !== null && (isForClasses ? kind !== "numbers" && kind !== "margin" : kind === "numbers");
  const isSameKind = suits && (kind === "classes") === (rest.loss === "categoricalCrossentropy");
  const current = readNodeParams(head.output)?.["metrics"];
  const stated: readonly unknown[] = Array.isArray(current) ? current : [];
  const suitsMetrics = stated.length > 0 && stated.includes("accuracy") === isForClasses;
  return {
    units: rest.units ?? 1,
    ...(rest.activation === undefined ||
    (isSameKind && !isForClasses && head.activation !== "softmax")
      ? {}
      : { activation: rest.activation }),
    ...(isSameKind || rest.loss === undefined ? {} : { loss: rest.loss }),
    ...(suitsMetrics ? {} : { metrics }),
  };
}

function wishFor(
  field: FieldSpec,
  now: { readonly units: number | null; readonly isBinary: boolean },
): HeadWish {
  if (field.classes === null) return wishForNumbers(field);
  if (field.classes.length === 2 && (now.isBinary || now.units === 1)) return binaryWish;
  return wishForClasses(field.classes.length);
}

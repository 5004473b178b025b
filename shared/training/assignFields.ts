import { err, ok, type Result } from "../base/result.ts";
import type { ModelPlan, PlanInput, PlanOutput } from "../compiler/plan.ts";
import type { DatasetSummary, FieldSpec } from "../datasets/dataset.ts";
import { countValues, formatSizes, type Shape } from "../layers/shape.ts";
import { readsTruthAs } from "./losses.ts";

/** Which data field feeds which input and is compared with which output, in the plan's order. */
export interface FieldAssignment {
  readonly inputs: readonly FieldSpec[];
  readonly targets: readonly FieldSpec[];
}

/** Named fields first; those left over go to what has no name, in order, where they fit. The error is a sentence. */
export function assignFields(
  plan: ModelPlan,
  summary: DatasetSummary,
): Result<FieldAssignment, string> {
  const features = summary.fields.filter((field) => field.role === "feature");
  const targets = summary.fields.filter((field) => field.role === "target");
  const inputs = assign<PlanInput>(plan.inputs, features, {
    nameOf: (input) => input.field,
    fits: fitsInput,
    describe: (input) =>
      `Input "${input.name}" takes ${formatSizes(input.shape)} and "${summary.label}" has no field left that fits (${listFields(features)}).`,
  });
  if (!inputs.ok) return inputs;
  const outputs = assign<PlanOutput>(plan.outputs, targets, {
    nameOf: (output) => output.target,
    fits: fitsOutput,
    describe: (output) =>
      `Output "${output.name}" gives ${formatSizes(output.shape)} and "${summary.label}" has no target left that fits (${listFields(targets)}).`,
  });
  if (!outputs.ok) return outputs;
  return ok({ inputs: inputs.value, targets: outputs.value });
}

/** True where the field's values can be poured into the input: the same sizes, or at least as many values. */
export function fitsInput(input: Pick<PlanInput, "shape">, field: FieldSpec): boolean {
  return fitsSizes(input.shape, field.shape);
}

/** A class target wants one unit per class, or a single unit where there are two; numbers want as many units. */
export function fitsOutput(
  output: Pick<PlanOutput, "shape"> & Partial<Pick<PlanOutput, "loss">>,
  field: FieldSpec,
): boolean {
  const reading = output.loss === undefined ? "rows" : readsTruthAs(output.loss);
  if (reading === "sequence") return fitsSteps(output.shape, field);
  // Classes that samples are compared by: the units have nothing to do with them.
  if (reading === "label") return field.classes !== null && field.shape.axes.length === 0;
  if (field.classes === null) return fitsSizes(output.shape, field.shape);
  const units = output.shape.axes.at(-1)?.size ?? null;
  return (
    units === null || units >= field.classes.length || (units === 1 && field.classes.length === 2)
  );
}

/** CTC: a sequence of labels per sample, no longer than there are steps, each with a unit. */
function fitsSteps({ axes }: Shape, { shape, classes }: FieldSpec): boolean {
  const [steps = null, units = null] = axes.map(({ size }) => size);
  const labels = countValues(shape);
  return (
    axes.length === 2 &&
    shape.axes.length > 0 &&
    (units === null || classes === null || units >= classes.length) &&
    (steps === null || labels === null || labels <= steps)
  );
}

function fitsSizes(wanted: Shape, offered: Shape): boolean {
  const wantedCount = countValues(wanted);
  const offeredCount = countValues(offered);
  if (wantedCount !== null && offeredCount !== null) return wantedCount === offeredCount;
  return (
    wanted.axes.length === offered.axes.length &&
    wanted.axes.every((axis, index) => {
      const size = offered.axes[index]?.size ?? null;
      return axis.size === null || size === null || axis.size === size;
    })
  );
}

interface Matching<Port> {
  readonly nameOf: (port: Port) => string;
  readonly fits: (port: Port, field: FieldSpec) => boolean;
  readonly describe: (port: Port) => string;
}

function assign<Port>(
  ports: readonly Port[],
  fields: readonly FieldSpec[],
  { nameOf, fits, describe }: Matching<Port>,
): Result<readonly FieldSpec[], string> {
  const named = new Set(ports.map(nameOf));
  const free = fields.filter((field) => !named.has(field.name));
  const assigned: FieldSpec[] = [];
  for (const port of ports) {
    const name = nameOf(port);
    const field =
      name === ""
        ? free.find((candidate) => fits(port, candidate))
        : fields.find((candidate) => candidate.name === name && fits(port, candidate));
    if (!field) return err(describe(port));
    if (name === "") free.splice(free.indexOf(field), 1);
    assigned.push(field);
  }
  return ok(assigned);
}

function listFields(fields: readonly FieldSpec[]): string {
  if (fields.length === 0) return "it has none";
  return fields
    .map((field) =>
      field.classes
        ? `${field.name}: ${field.classes.length} classes`
        : `${field.name}: ${formatSizes(field.shape)}`,
    )
    .join(", ");
}

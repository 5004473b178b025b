import { err, ok, type Result } from "../base/result.ts";
import { areSameShapes, formatSizes } from "../layers/shape.ts";
import type { DataIssue } from "./dataset.ts";
import type { FieldScale } from "./fitScaling.ts";
import type { FieldPreparation, Preparation } from "./preparation.ts";
import type { RawData, RawField } from "./rawData.ts";

/** The categories or classes that a column had when the model was trained, in their order; null: it has none. */
export function findCategories({ fields }: Preparation, column: string): readonly string[] | null {
  for (const { classes, values } of fields) {
    if (classes && values[0]?.column === column) return classes;
    const categories = values
      .filter((value) => value.column === column)
      .map(({ category }) => category)
      .filter((category) => category !== null);
    if (categories.length > 0) return categories;
  }
  return null;
}

/**
 * Brings data into the form that a preparation was fitted on: its fields in its order, class numbers as its classes
 * count. Without `needsTargets` samples are whatever features there are (for windows also those whose target lies in
 * the future), and targets become absent fields, known by their description only.
 */
export function conformData(
  data: RawData,
  { fields: wanted }: Preparation,
  { needsTargets }: { readonly needsTargets: boolean },
): Result<RawData, DataIssue> {
  const fields: RawField[] = [];
  for (const field of wanted) {
    if (field.role === "target" && !needsTargets) {
      fields.push(makeAbsentTarget(field));
      continue;
    }
    const found = findField(data, field, wanted);
    if (!found) return err(describeMissing(data, field));
    const conformed = conformField(found, field, data.label);
    if (!conformed.ok) return conformed;
    fields.push(conformed.value);
  }
  if (needsTargets) return ok({ ...data, fields });
  const features = fields.filter(({ role }) => role === "feature");
  return ok({ ...data, fields, sampleCount: Math.min(...features.map(countSamples)) });
}

/** A fitted field's scale, for every value of a row. */
export function readScale({ values }: FieldPreparation, width: number): FieldScale {
  const at = (index: number) => values[index % values.length];
  return {
    scale: Float64Array.from({ length: width }, (_, index) => at(index)?.scale ?? 1),
    offset: Float64Array.from({ length: width }, (_, index) => at(index)?.offset ?? 0),
    isIdentity: values.every(({ scale, offset }) => scale === 1 && offset === 0),
  };
}

/** By name; where both sides have a single field of a role, its name doesn't matter. */
function findField(
  { fields }: RawData,
  { name, role }: FieldPreparation,
  wanted: readonly FieldPreparation[],
): RawField | null {
  const offered = fields.filter((field) => field.role === role);
  const isAlone = offered.length === 1 && wanted.filter((one) => one.role === role).length === 1;
  return offered.find((field) => field.name === name) ?? (isAlone ? (offered[0] ?? null) : null);
}

function describeMissing({ label }: RawData, { name, role, values }: FieldPreparation): DataIssue {
  const columns = [...new Set(values.map(({ column }) => column))].filter(
    (column) => column !== null,
  );
  const what = columns.length > 0 ? `column "${columns[0]}"` : `field "${name}"`;
  return {
    code: "mismatch",
    message:
      role === "target"
        ? `${label} has no ${what}, which tells what is right. Choose data with it; only predicting needs none.`
        : `${label} has no ${what}, which the model takes in. Choose data like those it was trained on.`,
  };
}

function conformField(
  field: RawField,
  wanted: FieldPreparation,
  label: string,
): Result<RawField, DataIssue> {
  const named = { ...field, name: wanted.name };
  if (wanted.classes !== null) return conformClasses(named, wanted.classes, label);
  const isSame = areSameShapes(field.shape, wanted.shape);
  if (!isSame || field.classes !== null) {
    const found = field.classes ? "classes" : formatSizes(field.shape);
    return err({
      code: "mismatch",
      message: `"${wanted.name}" of ${label} is ${found} where the model was trained on ${formatSizes(wanted.shape)}. Choose data like those it was trained on.`,
    });
  }
  const differs = field.origins?.findIndex((origin, index) => {
    const value = wanted.values[index];
    return value?.column !== origin.column || value.category !== origin.category;
  });
  // Data of another kind (generated, IDX) have no columns to compare.
  if (differs === undefined || differs < 0 || wanted.values[differs]?.column === null) {
    return ok(named);
  }
  return err({
    code: "mismatch",
    message: `Value ${differs + 1} of "${wanted.name}" comes from column "${field.origins?.[differs]?.column}" of ${label}, where the model was trained on "${wanted.values[differs]?.column}". Choose data with the same columns.`,
  });
}

function conformClasses(
  field: RawField,
  classes: readonly string[],
  label: string,
): Result<RawField, DataIssue> {
  if (field.classes === null) {
    return err({
      code: "mismatch",
      message: `"${field.name}" of ${label} holds numbers where the model was trained on the classes ${listNames(classes)}. Choose data with classes.`,
    });
  }
  const numbers = field.classes.map((name) => classes.indexOf(name));
  const unknown = field.classes.find((_, index) => numbers[index] === -1);
  if (unknown !== undefined) {
    return err({
      code: "mismatch",
      message: `"${field.name}" of ${label} has the class "${unknown}", which the model was not trained on; it knows ${listNames(classes)}. Leave those samples out, or train again on data that have them.`,
    });
  }
  const values = Int32Array.from(field.values, (value) => numbers[value] ?? -1);
  return ok({ ...field, classes, values });
}

function listNames(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} …` : names.join(", ");
}

function makeAbsentTarget({ name, shape, classes, values }: FieldPreparation): RawField {
  return {
    name,
    role: "target",
    shape,
    classes,
    values: new Float32Array(0),
    width: values.length,
    rows: 1,
    firstRow: 0,
    scaling: { kind: "fixed" },
    isAbsent: true,
  };
}

function countSamples({ values, width, rows, firstRow }: RawField): number {
  return Math.max(0, Math.floor(values.length / width) - firstRow - rows + 1);
}

import type { ModelPlan } from "../../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../../datasets/dataset.ts";
import { shapeFromSizes, shapeOf, sizesOf, type Shape } from "../../layers/shape.ts";

/** Sizes that only data tell. */
const openSize = 8;
const classLosses = /categorical/i;

/** How a data set answers whose values are taken as they are and come from no table or folder. */
export const unprepared: Pick<
  Dataset,
  "unscaleTarget" | "targetScale" | "preparation" | "describe"
> = {
  unscaleTarget: (_field, values) => values,
  targetScale: () => ({ scale: 1, offset: 0 }),
  preparation: {
    format: "netloom-preparation",
    version: 1,
    kind: "table",
    scaling: "none",
    imageSize: null,
    table: null,
    fields: [],
  },
  describe: () => ({ kind: "row", cells: [], target: "" }),
};

/** Zeros in the shapes that a plan takes: to try a step before there are data. */
export function makeBlankDataset(plan: ModelPlan, count: number): Dataset {
  const features = plan.inputs.map(({ shape, field }, index): FieldSpec => ({
    name: field || `input ${index + 1}`,
    role: "feature",
    shape: closeShape(shape),
    classes: null,
  }));
  const targets = plan.outputs.map((output, index): FieldSpec => {
    const units = output.shape.axes.at(-1)?.size ?? 1;
    const name = output.target || `target ${index + 1}`;
    const classNames = (count: number) => Array.from({ length: count }, (_, label) => `${label}`);
    // How long label sequences are, and how many classes pairs come from, only the data tell.
    if (output.loss === "ctc") {
      const labels = Math.min(openSize, output.shape.axes[0]?.size ?? openSize);
      const shape = shapeFromSizes([labels], "int32");
      return { name, role: "target", shape, classes: classNames(units) };
    }
    if (output.loss === "circle") {
      const shape = shapeOf([], "int32");
      return { name, role: "target", shape, classes: classNames(openSize) };
    }
    const hasClasses = classLosses.test(output.loss) && units > 1 && output.shape.axes.length === 1;
    return {
      name,
      role: "target",
      shape: hasClasses ? shapeOf([], "int32") : closeShape(output.shape),
      classes: hasClasses ? classNames(units) : null,
    };
  });
  const fields = [...features, ...targets];
  return {
    summary: {
      kind: "table",
      label: "zeros",
      sampleCount: count,
      trainCount: count,
      validationCount: 0,
      fields,
      classCounts: [],
    },
    train: Uint32Array.from({ length: count }, (_, index) => index),
    validation: new Uint32Array(0),
    gather(name, samples) {
      const field = fields.find((candidate) => candidate.name === name);
      const sizes = field ? sizesOf(field.shape) : [];
      const values = sizes.reduce<number>((product, size) => product * (size ?? 1), samples.length);
      return field?.shape.dtype === "int32" ? new Int32Array(values) : new Float32Array(values);
    },
    ...unprepared,
  };
}

function closeShape(shape: Shape): Shape {
  return shapeFromSizes(
    sizesOf(shape).map((size) => size ?? openSize),
    shape.dtype,
  );
}

/**
 * A plan as a Python program for Keras 3: `build_model`, `compile_model`, `load_data` for the bound data and
 * `train_model`, in one file.
 */
import type { ModelPlan } from "../compiler/plan.ts";
import { printKerasData } from "./kerasData.ts";
import { printKerasCompile, printKerasTraining } from "./kerasTraining.ts";
import { headOwnClasses, listOwnClasses } from "./ownLayers.ts";
import { joinParts } from "./printCall.ts";
import { printKerasModel } from "./printKerasModel.ts";
import type { PrintedFile, PrintOptions } from "./printTypeScript.ts";
import { safePlan } from "./safePlan.ts";

export function printKeras(
  anyPlan: ModelPlan,
  { training, data }: PrintOptions,
): { readonly files: readonly PrintedFile[] } {
  const plan = safePlan(anyPlan);
  const printed = data === null ? null : printKerasData(plan, data, training);
  const file = `${plan.name}.py`;
  const needsFiles = printed?.needsFiles ?? false;
  const text = joinParts(
    [
      joinParts([
        printHeader(file, { canRun: printed !== null, needsFiles }),
        printImports(printed?.imports ?? [], printed !== null),
      ]),
      ...headOwnClasses(listOwnClasses(plan, "python"), "# Layers that Keras lacks."),
      ...printKerasModel(plan),
      printKerasCompile(plan, training),
      ...(printed?.parts ?? []),
      printKerasTraining(plan, training, {
        hasData: printed !== null,
        hasWeights: printed?.hasWeights ?? training.sampleWeightField !== null,
        needsFiles,
        validation: data?.split.validation ?? 0,
      }),
      printed === null
        ? ""
        : `if __name__ == "__main__":
    train_model(${needsFiles ? `sys.argv[1] if len(sys.argv) > 1 else "."` : ""}).save(${quoteFile(plan.name)})`,
    ],
    "\n\n\n",
  );
  return { files: [{ name: file, text }] };
}

/** An identifier with an ending: needs no escaping. */
const quoteFile = (name: string) => `"${name}.keras"`;

function printHeader(file: string, run: { canRun: boolean; needsFiles: boolean }): string {
  const lines = ["# Made with Netloom.", "# Needs: pip install keras jax numpy"];
  if (run.canRun)
    lines.push(
      `# Run: KERAS_BACKEND=jax python ${file}${run.needsFiles ? " FOLDER_OF_THE_DATA" : ""}`,
    );
  return lines.join("\n");
}

function printImports(modules: readonly string[], needsNumpy: boolean): string {
  const standard = modules.filter((name) => !name.includes(".")).map((name) => `import ${name}`);
  const fromStandard = modules
    .filter((name) => name.includes("."))
    .map(
      (name) =>
        `from ${name.slice(0, name.lastIndexOf("."))} import ${name.slice(name.lastIndexOf(".") + 1)}`,
    );
  return joinParts([
    [...standard, ...fromStandard].join("\n"),
    [
      "import keras",
      ...(needsNumpy ? ["import numpy as np"] : []),
      "from keras import layers",
    ].join("\n"),
  ]);
}

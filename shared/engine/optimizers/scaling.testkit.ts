/** Updates in mixed precision: gradients with infinities among them, and what becomes of the scale. */
import type { Updater } from "./createUpdater.ts";
import { createUpdater } from "./createUpdater.ts";
import { scalingLayout, type ScalingOptions, scalingSlot } from "./lossScaling.ts";
import {
  makeMaterial,
  startUpdates,
  takeStep,
  updateCases,
  type UpdateCase,
  type UpdateMaterial,
} from "./updates.testkit.ts";

/** Short enough that the scale is doubled twice in the steps below, and halved three times. */
export const shortScaling: ScalingOptions = { initialScale: 2 ** 10, growthSteps: 3 };

export const scaledCases: readonly UpdateCase[] = updateCases.map(({ title, config }) => ({
  title,
  config: { ...config, precision: "mixed" },
}));

/** Steps whose gradients are not finite, and where: variable, number, value. */
const spoilt: ReadonlyMap<number, readonly [variable: number, at: number, value: number]> = new Map(
  [
    [0, [1, 3, Infinity]],
    [5, [3, 23, -Infinity]],
    [6, [0, 0, Number.NaN]],
    [13, [2, 0, Infinity]],
  ] as const,
);
const stepCount = 16;

/** Gradients as they come of a loss scaled by 1024, so that most are what `makeMaterial` made once they are unscaled. */
export function makeScaledMaterial(): UpdateMaterial {
  const plain = makeMaterial([[3, 5], [7], [1], [4, 2, 3]], stepCount);
  return {
    ...plain,
    gradients: plain.gradients.map((gradients, step) =>
      gradients.map((values, variable) => {
        const scaled = values.map((value) => value * shortScaling.initialScale);
        const [where, at, value] = spoilt.get(step) ?? [];
        if (where === variable && at !== undefined && value !== undefined) scaled[at] = value;
        return scaled;
      }),
    ),
  };
}

export interface ScaledRun {
  readonly weights: readonly Float32Array[];
  /** After each step. */
  readonly scales: readonly number[];
}

/** `interrupt`: after this many steps an updater of its own goes on from the slots and weights of the first. */
export async function runScaledUpdates(
  { config }: Pick<UpdateCase, "config">,
  material: UpdateMaterial,
  options: { readonly scaling?: ScalingOptions; readonly interrupt?: number } = {},
): Promise<ScaledRun> {
  const { scaling = shortScaling, interrupt = null } = options;
  const start = (weights: UpdateMaterial["weights"]) =>
    startUpdates(config, { ...material, weights }, (given, variables) =>
      createUpdater(given, variables, { scaling }),
    );
  let run = start(material.weights);
  const readWeights = () =>
    Promise.all(
      run.variables.map(async ({ variable }) => Float32Array.from(await variable.data())),
    );
  const close = () => {
    run.updater.dispose();
    for (const { variable } of run.variables) variable.dispose();
  };
  const scales: number[] = [];
  for (const [stepsDone, gradients] of material.gradients.entries()) {
    if (stepsDone === interrupt) {
      const slots = await run.updater.readSlots();
      const weights = await readWeights();
      close();
      run = start(weights);
      run.updater.writeSlots(slots);
    }
    takeStep(run.updater, config, { stepsDone, shapes: material.shapes, gradients });
    scales.push(await readScale(run.updater));
  }
  const weights = await readWeights();
  close();
  return { weights, scales };
}

async function readScale(updater: Updater): Promise<number> {
  const slots = await updater.readSlots();
  return slots.get(scalingSlot)?.values[scalingLayout.scale] ?? Number.NaN;
}

import { ChartSpline } from "lucide-react";
import { type Batching, trainingLimits } from "#shared/training/config.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { IconButton } from "../ui/Button.tsx";
import { MemoryNote } from "./MemoryNote.tsx";
import { changeTraining, useTraining } from "./changeTraining.ts";
import { OptimizerChoice, OptimizerSettings } from "./OptimizerSettings.tsx";
import { changeOptimizer } from "./optimizers.ts";
import { ObserveField } from "./observe/ObserveField.tsx";
import { SampleSettings } from "./SampleSettings.tsx";
import { ScheduleSettings } from "./ScheduleSettings.tsx";
import { ChoiceSetting, NumberSetting } from "./settingFields.tsx";
import { CheckpointSettings, StoppingSettings } from "./StoppingSettings.tsx";
import "./settings.css";

const batchings: Readonly<
  Record<Batching, { readonly title: string; readonly hint: string; readonly help: string }>
> = {
  "mini-batch": {
    title: "Mini-batch",
    hint: "some samples a step",
    help: "Each step goes down the gradient of a few samples: the usual way between the other two.",
  },
  "full-batch": {
    title: "Full batch",
    hint: "all samples a step",
    help: "Each step goes down the exact gradient of all samples: one step an epoch, smooth and slow.",
  },
  stochastic: {
    title: "Stochastic",
    hint: "one sample a step",
    help: "Each step goes down the gradient of one sample: many noisy steps, which may leave bad valleys.",
  },
};
// The table has a row for every way and no others.
const batchingNames = Object.keys(batchings) as readonly Batching[];

/** How the network is trained. Part of the document: changes can be undone and are saved with the project. */
export function TrainingSettings() {
  const { epochs, batching, batchSize, optimizer } = useTraining();
  return (
    <div className="nl-training-settings">
      <div className="nl-settings-fields">
        <NumberSetting
          label="Epochs"
          help="How often the whole training part is gone through."
          isInteger
          min={1}
          max={trainingLimits.epochs}
          value={epochs}
          onChange={(value, options) => changeTraining({ epochs: value }, options)}
        />
        <ChoiceSetting
          label="Gradient of"
          help={batchings[batching].help}
          value={batching}
          options={batchingNames.map((name) => ({
            value: name,
            label: batchings[name].title,
            hint: batchings[name].hint,
          }))}
          onChange={(value) => changeTraining({ batching: value })}
        />
        {batching === "mini-batch" && (
          <NumberSetting
            label="Batch size"
            help="Samples per step. Larger is faster and smoother; smaller often ends in a better place."
            isInteger
            min={1}
            max={trainingLimits.batchSize}
            value={batchSize}
            onChange={(value, options) => changeTraining({ batchSize: value }, options)}
          />
        )}
        <OptimizerChoice />
        <NumberSetting
          label="Learning rate"
          help="Length of a step. Too large: the loss jumps or is not a number. Too small: it hardly falls."
          aside={
            <IconButton
              icon={ChartSpline}
              label="Find a learning rate"
              onClick={() => runCommand("training.findLearningRate")}
            />
          }
          min={1e-12}
          max={trainingLimits.learningRate}
          value={optimizer.learningRate}
          onChange={(value, options) =>
            changeTraining(
              { optimizer: changeOptimizer(optimizer, "learningRate", value) },
              options,
            )
          }
        />
        <MemoryNote />
      </div>
      <ScheduleSettings />
      <OptimizerSettings />
      <SampleSettings />
      <StoppingSettings />
      <CheckpointSettings />
      <ObserveField />
    </div>
  );
}

import { type EarlyStopping, trainingLimits } from "#shared/training/config.ts";
import { metricTitle } from "../ui/format.ts";
import { changeTraining, useTraining } from "./changeTraining.ts";
import {
  LeastChangeSetting,
  MonitorSetting,
  OptionalNumberSetting,
  PatienceSetting,
  SettingsSection,
  SwitchSetting,
} from "./settingFields.tsx";

const defaultStopping: EarlyStopping = {
  monitor: "valLoss",
  patience: 5,
  minDelta: 0,
  restoreBest: true,
};

/** When a run ends, and with which weights. */
export function StoppingSettings() {
  const { earlyStopping, keepBest } = useTraining();
  const state =
    earlyStopping === null
      ? keepBest === null
        ? "after all epochs"
        : `best validation ${metricTitle(keepBest.monitor)} kept`
      : `after ${earlyStopping.patience} epochs without improvement`;
  const set = (part: Partial<EarlyStopping>, options = {}): void => {
    if (earlyStopping !== null) {
      changeTraining({ earlyStopping: { ...earlyStopping, ...part } }, options);
    }
  };
  return (
    <SettingsSection title="End and best weights" state={state}>
      <SwitchSetting
        label="Early stopping"
        help="Ends the run when validation no longer improves, so that it does not overfit."
        isOn={earlyStopping !== null}
        onChange={(isOn) => changeTraining({ earlyStopping: isOn ? defaultStopping : null })}
      />
      {earlyStopping !== null && (
        <>
          <MonitorSetting
            help="The curve that has to improve."
            value={earlyStopping.monitor}
            onChange={(monitor) => set({ monitor })}
          />
          <PatienceSetting
            help="Epochs without improvement before the run ends."
            min={0}
            value={earlyStopping.patience}
            onChange={(patience, options) => set({ patience }, options)}
          />
          <LeastChangeSetting
            value={earlyStopping.minDelta}
            onChange={(minDelta, options) => set({ minDelta }, options)}
          />
          <SwitchSetting
            label="Restore best"
            help="Ends with the weights of the best epoch instead of the last."
            isOn={earlyStopping.restoreBest}
            onChange={(restoreBest) => set({ restoreBest })}
          />
        </>
      )}
      {earlyStopping?.restoreBest !== true && (
        <SwitchSetting
          label="Keep best"
          help="Goes through all epochs, and ends with the weights of the best one."
          isOn={keepBest !== null}
          onChange={(isOn) => changeTraining({ keepBest: isOn ? { monitor: "valLoss" } : null })}
        />
      )}
      {earlyStopping?.restoreBest !== true && keepBest !== null && (
        <MonitorSetting
          help="The curve that tells which epoch was best."
          value={keepBest.monitor}
          onChange={(monitor) => changeTraining({ keepBest: { monitor } })}
        />
      )}
    </SettingsSection>
  );
}

/** How much of a run a crash may cost. */
export function CheckpointSettings() {
  const { checkpoints } = useTraining();
  const { everyMinutes, everySteps } = checkpoints;
  const parts = [
    everyMinutes === null ? null : `every ${everyMinutes} min`,
    everySteps === null ? null : `every ${everySteps} steps`,
  ].filter((part) => part !== null);
  return (
    <SettingsSection
      title="Checkpoints"
      state={parts.length === 0 ? "only on pause and quit" : parts.join(" and ")}
    >
      <OptionalNumberSetting
        label="Minutes"
        help="The run is saved this often, so that it can go on after a crash. Empty: not by time."
        unit="min"
        placeholder="never"
        min={0.01}
        max={trainingLimits.checkpointMinutes}
        value={everyMinutes}
        onChange={(value, options) =>
          changeTraining({ checkpoints: { ...checkpoints, everyMinutes: value } }, options)
        }
      />
      <OptionalNumberSetting
        label="Steps"
        help="The run is saved after this many steps. Empty: not by steps."
        unit="steps"
        placeholder="never"
        isInteger
        min={1}
        max={trainingLimits.checkpointSteps}
        value={everySteps}
        onChange={(value, options) =>
          changeTraining({ checkpoints: { ...checkpoints, everySteps: value } }, options)
        }
      />
    </SettingsSection>
  );
}

import { type OptimizerName, trainingLimits } from "#shared/training/config.ts";
import { changeTraining, useTraining } from "./changeTraining.ts";
import { PrecisionSetting } from "./PrecisionSetting.tsx";
import { ChoiceSetting, NumberSetting, SettingsSection, SwitchSetting } from "./settingFields.tsx";
import {
  changeOptimizer,
  describeOptions,
  listOptimizerOptions,
  makeOptimizer,
  optimizers,
} from "./optimizers.ts";

// The table has a row for every name and no others.
const names = Object.keys(optimizers) as OptimizerName[];

export function OptimizerChoice() {
  const { optimizer } = useTraining();
  return (
    <ChoiceSetting
      label="Optimizer"
      help={optimizers[optimizer.name].help}
      value={optimizer.name}
      options={names.map((name) => ({ value: name, label: optimizers[name].title }))}
      onChange={(name) => changeTraining({ optimizer: makeOptimizer(name) })}
    />
  );
}

/** What goes beyond the learning rate. */
export function OptimizerSettings() {
  const { optimizer, clipping, accumulation, precision } = useTraining();
  const clippingText =
    clipping === null ? null : `clipped at ${clipping.limit} by ${clippings[clipping.kind].short}`;
  const state = [
    describeOptions(optimizer),
    clippingText,
    accumulation > 1 ? `${accumulation} batches an update` : null,
    precision === "mixed" ? "mixed precision" : null,
  ];
  return (
    <SettingsSection
      title={`${optimizers[optimizer.name].title} and gradients`}
      state={state.filter((part) => part !== null).join(" · ")}
    >
      {listOptimizerOptions(optimizer).map((option) =>
        option.kind === "switch" ? (
          <SwitchSetting
            key={option.key}
            label={option.label}
            help={option.help}
            isOn={option.value === true}
            onChange={(isOn) =>
              changeTraining({ optimizer: changeOptimizer(optimizer, option.key, isOn) })
            }
          />
        ) : (
          <NumberSetting
            key={option.key}
            label={option.label}
            help={option.help}
            min={option.min}
            max={option.max}
            value={Number(option.value)}
            onChange={(value, options) =>
              changeTraining({ optimizer: changeOptimizer(optimizer, option.key, value) }, options)
            }
          />
        ),
      )}
      <ClippingSettings />
      <NumberSetting
        label="Accumulation"
        help="Batches whose gradients are averaged into one update: the effect of a batch that does not fit into memory. 1: every batch updates."
        unit={accumulation === 1 ? "batch" : "batches"}
        isInteger
        min={1}
        max={trainingLimits.accumulation}
        value={accumulation}
        onChange={(value, options) => changeTraining({ accumulation: value }, options)}
      />
      <PrecisionSetting />
    </SettingsSection>
  );
}

const clippings = {
  value: {
    title: "Each number",
    short: "value",
    help: "Every number of a gradient is kept between −limit and limit. It may turn the direction.",
  },
  norm: {
    title: "Each variable",
    short: "norm",
    help: "A variable’s gradient that is longer than the limit is shortened to it.",
  },
  globalNorm: {
    title: "All together",
    short: "global norm",
    help: "All gradients are shortened by one factor, so that the direction stays. Usual for recurrent networks (Pascanu 2013).",
  },
} as const;

function ClippingSettings() {
  const { clipping } = useTraining();
  const kinds = ["none", "value", "norm", "globalNorm"] as const;
  return (
    <>
      <ChoiceSetting
        label="Clipping"
        help={
          clipping === null
            ? "Shortens gradients that are too long, against steps that jump away."
            : clippings[clipping.kind].help
        }
        value={clipping?.kind ?? "none"}
        options={kinds.map((kind) => ({
          value: kind,
          label: kind === "none" ? "None" : clippings[kind].title,
        }))}
        onChange={(kind) =>
          changeTraining({
            clipping: kind === "none" ? null : { kind, limit: clipping?.limit ?? 1 },
          })
        }
      />
      {clipping !== null && (
        <NumberSetting
          label="Clipping limit"
          help="1 is a sound first value for norms; for each number 0.5."
          min={1e-9}
          max={1e9}
          value={clipping.limit}
          onChange={(limit, options) =>
            changeTraining({ clipping: { ...clipping, limit } }, options)
          }
        />
      )}
    </>
  );
}

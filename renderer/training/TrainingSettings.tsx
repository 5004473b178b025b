import { useMemo } from "react";
import { Dices } from "lucide-react";
import type { EarlyStopping, OptimizerConfig, TrainingConfig } from "#shared/training/config.ts";
import { metricNames } from "#shared/training/metrics.ts";
import { joinNames, loggedMetricName } from "#shared/training/metricNames.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";
import { IconButton } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { metricTitle } from "../ui/format.ts";
import { NumberField } from "../ui/NumberField.tsx";
import { Select } from "../ui/Select.tsx";
import { Switch } from "../ui/Switch.tsx";
import { changeOptimizer, optimizers, readOptimizerField } from "./optimizers.ts";

/** How the network is trained. Part of the document: changes can be undone and are saved with the project. */
export function TrainingSettings() {
  const training = useDocument((state) => state.document.training);
  return (
    <div className="nl-training-settings">
      <Field label="Epochs" help="How often the whole training part is gone through.">
        {({ id, describedBy }) => (
          <NumberField
            id={id}
            describedBy={describedBy}
            isInteger
            min={1}
            max={100_000}
            value={training.epochs}
            onGestureEnd={sealStep}
            onCommit={(value) => value !== null && change({ epochs: value })}
          />
        )}
      </Field>
      <Field
        label="Batch size"
        help="Samples per step. Larger is faster and smoother; smaller often ends in a better place."
      >
        {({ id, describedBy }) => (
          <NumberField
            id={id}
            describedBy={describedBy}
            isInteger
            min={1}
            max={65_536}
            value={training.batchSize}
            onGestureEnd={sealStep}
            onCommit={(value) => value !== null && change({ batchSize: value })}
          />
        )}
      </Field>
      <OptimizerFields optimizer={training.optimizer} />
      <Field
        label="Seed"
        help="The root of all randomness: first weights, order of samples, dropout. The same seed gives the same run."
        aside={
          <IconButton
            icon={Dices}
            label="Another seed"
            onClick={() => change({ seed: Math.floor(Math.random() * 1_000_000) })}
          />
        }
      >
        {({ id, describedBy }) => (
          <NumberField
            id={id}
            describedBy={describedBy}
            isInteger
            min={0}
            max={2 ** 31 - 1}
            value={training.seed}
            onGestureEnd={sealStep}
            onCommit={(value) => value !== null && change({ seed: value })}
          />
        )}
      </Field>
      <Field label="Shuffle" help="Goes through the samples in a new order every epoch.">
        {({ id, describedBy }) => (
          <Switch
            id={id}
            describedBy={describedBy}
            isOn={training.shuffle}
            onChange={(shuffle) => change({ shuffle })}
          />
        )}
      </Field>
      <EarlyStoppingFields value={training.earlyStopping} />
    </div>
  );
}

function OptimizerFields({ optimizer }: { readonly optimizer: OptimizerConfig }) {
  const info = optimizers[optimizer.name];
  return (
    <>
      <Field label="Optimizer" help={info.help}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            describedBy={describedBy}
            value={optimizer.name}
            options={Object.entries(optimizers).map(([value, { title }]) => ({
              value,
              label: title,
            }))}
            onChange={(name) => {
              const chosen = Object.values(optimizers).find(
                ({ defaults }) => defaults.name === name,
              );
              if (chosen !== undefined) change({ optimizer: chosen.defaults });
            }}
          />
        )}
      </Field>
      <Field
        label="Learning rate"
        help="Length of a step. Too large: the loss jumps or is not a number. Too small: it hardly falls."
      >
        {({ id, describedBy }) => (
          <NumberField
            id={id}
            describedBy={describedBy}
            min={1e-9}
            max={100}
            value={optimizer.learningRate}
            onGestureEnd={sealStep}
            onCommit={(value) =>
              value !== null &&
              change({ optimizer: changeOptimizer(optimizer, { learningRate: value }) })
            }
          />
        )}
      </Field>
      {info.fields.map(({ key, label, help }) => (
        <Field key={key} label={label} help={help}>
          {({ id, describedBy }) => (
            <NumberField
              id={id}
              describedBy={describedBy}
              min={0}
              max={0.999999}
              value={readOptimizerField(optimizer, key)}
              onGestureEnd={sealStep}
              onCommit={(value) =>
                value !== null &&
                change({ optimizer: changeOptimizer(optimizer, { [key]: value }) })
              }
            />
          )}
        </Field>
      ))}
      {optimizer.name === "momentum" && (
        <Field label="Nesterov" help="Looks ahead along the momentum before it takes the gradient.">
          {({ id, describedBy }) => (
            <Switch
              id={id}
              describedBy={describedBy}
              isOn={optimizer.nesterov}
              onChange={(nesterov) => change({ optimizer: { ...optimizer, nesterov } })}
            />
          )}
        </Field>
      )}
    </>
  );
}

const defaultStopping: EarlyStopping = {
  monitor: "valLoss",
  patience: 5,
  minDelta: 0,
  restoreBest: true,
};

function EarlyStoppingFields({ value }: { readonly value: EarlyStopping | null }) {
  const monitors = useMonitors();
  const set = (part: Partial<EarlyStopping>): void => {
    if (value !== null) change({ earlyStopping: { ...value, ...part } });
  };
  return (
    <>
      <Field
        label="Early stopping"
        help="Ends the run when validation no longer improves, so that it does not overfit."
      >
        {({ id, describedBy }) => (
          <Switch
            id={id}
            describedBy={describedBy}
            isOn={value !== null}
            onChange={(isOn) => change({ earlyStopping: isOn ? defaultStopping : null })}
          />
        )}
      </Field>
      {value !== null && (
        <>
          <Field label="Watches" help="The curve that has to improve.">
            {({ id, describedBy }) => (
              <Select
                id={id}
                describedBy={describedBy}
                value={value.monitor}
                options={monitors.map((name) => ({
                  value: name,
                  label: `validation ${metricTitle(name)}`,
                }))}
                onChange={(monitor) => set({ monitor })}
              />
            )}
          </Field>
          <Field label="Patience" help="Epochs without improvement before the run ends.">
            {({ id, describedBy }) => (
              <NumberField
                id={id}
                describedBy={describedBy}
                isInteger
                min={1}
                max={10_000}
                unit="epochs"
                value={value.patience}
                onCommit={(patience) => patience !== null && set({ patience })}
              />
            )}
          </Field>
          <Field label="Least change" help="A smaller change than this is no improvement.">
            {({ id, describedBy }) => (
              <NumberField
                id={id}
                describedBy={describedBy}
                min={0}
                value={value.minDelta}
                onCommit={(minDelta) => minDelta !== null && set({ minDelta })}
              />
            )}
          </Field>
          <Field
            label="Restore best"
            help="Ends with the weights of the best epoch instead of the last."
          >
            {({ id, describedBy }) => (
              <Switch
                id={id}
                describedBy={describedBy}
                isOn={value.restoreBest}
                onChange={(restoreBest) => set({ restoreBest })}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}

/** Logged names of validation curves: the loss and the metrics that Output nodes name. */
function useMonitors(): readonly string[] {
  const nodes = useDocument((state) => state.document.graph.nodes);
  return useMemo(() => {
    const named = Object.values(nodes)
      .filter((node) => node.type === "output")
      .flatMap((node) => {
        const { metrics } = node.params;
        return Array.isArray(metrics) ? metrics : [];
      });
    const known = metricNames.filter((name) => named.includes(name));
    return ["valLoss", ...known.map((name) => joinNames("val", loggedMetricName(name)))];
  }, [nodes]);
}

function change(part: Partial<TrainingConfig>): void {
  documentStore
    .getState()
    .edit(
      { kind: "setTraining", change: part },
      { label: "change the training settings", mergeKey: `training:${Object.keys(part).join()}` },
    );
}

function sealStep(): void {
  documentStore.getState().sealStep();
}

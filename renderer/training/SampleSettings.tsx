import { useState } from "react";
import { Dices } from "lucide-react";
import { type TrainingConfig, trainingLimits } from "#shared/training/config.ts";
import { useDataset } from "../state/datasetStore.ts";
import { IconButton } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { TextField } from "../ui/TextField.tsx";
import { changeTraining, useTraining } from "./changeTraining.ts";
import { ChoiceSetting, NumberSetting, SettingsSection, SwitchSetting } from "./settingFields.tsx";
import { readWeights } from "./readWeights.ts";

/** In which order samples come, and what they count. */
export function SampleSettings() {
  const { shuffle, seed, classWeights, sampleWeightField } = useTraining();
  const state = [
    shuffle ? "shuffled" : "in order",
    `seed ${seed}`,
    classWeights === "none" ? null : "classes weighted",
    sampleWeightField === null ? null : `weighted by ${sampleWeightField}`,
  ];
  return (
    <SettingsSection
      title="Samples and chance"
      state={state.filter((part) => part !== null).join(" · ")}
    >
      <SwitchSetting
        label="Shuffle"
        help="Goes through the samples in a new order every epoch."
        isOn={shuffle}
        onChange={(isOn) => changeTraining({ shuffle: isOn })}
      />
      <NumberSetting
        label="Seed"
        help="The root of all randomness: first weights, order of samples, dropout. The same seed gives the same run."
        aside={
          <IconButton
            icon={Dices}
            label="Another seed"
            onClick={() => changeTraining({ seed: Math.floor(Math.random() * 1_000_000) })}
          />
        }
        isInteger
        min={0}
        max={trainingLimits.seed}
        value={seed}
        onChange={(value, options) => changeTraining({ seed: value }, options)}
      />
      <ClassWeightSettings classWeights={classWeights} />
      <SampleWeightSetting field={sampleWeightField} />
    </SettingsSection>
  );
}

function ClassWeightSettings({ classWeights }: Pick<TrainingConfig, "classWeights">) {
  const classes = useDataset(
    (state) => state.summary?.fields.find((field) => field.classes !== null)?.classes ?? null,
  );
  // What was typed and can't be read stays, with the reason.
  const [refused, setRefused] = useState<{ readonly text: string; readonly why: string } | null>(
    null,
  );
  const kind = typeof classWeights === "string" ? classWeights : "own";
  return (
    <>
      <ChoiceSetting
        label="Class weights"
        help="What a sample’s loss counts by its class. Balanced: rare classes count as much as frequent ones."
        value={kind}
        options={[
          { value: "none", label: "All alike" },
          { value: "balanced", label: "Balanced" },
          { value: "own", label: "Given here" },
        ]}
        onChange={(chosen) => {
          setRefused(null);
          changeTraining({
            classWeights:
              chosen === "own" ? Array.from({ length: classes?.length ?? 2 }, () => 1) : chosen,
          });
        }}
      />
      {typeof classWeights !== "string" && (
        <Field
          label="Weights"
          help={`One number for each class, in their order${classes === null ? "" : `: ${classes.slice(0, 12).join(", ")}${classes.length > 12 ? " …" : ""}`}.`}
          error={refused?.why ?? null}
        >
          {({ id, describedBy }) => (
            <TextField
              id={id}
              describedBy={describedBy}
              className="is-mono"
              isInvalid={refused !== null}
              value={refused?.text ?? classWeights.join(", ")}
              onCommit={(text) => {
                const read = readWeights(text, classes?.length ?? null);
                setRefused(read.ok ? null : { text, why: read.error });
                if (read.ok) changeTraining({ classWeights: read.value });
              }}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** Columns that hold one number per sample and were given the role of a target. */
function SampleWeightSetting({ field }: { readonly field: string | null }) {
  const fields = useDataset((state) => state.summary?.fields ?? null);
  const usable = (fields ?? []).filter(
    ({ role, classes, shape }) =>
      role === "target" && classes === null && shape.axes.every((axis) => axis.size === 1),
  );
  const isMissing = field !== null && !usable.some(({ name }) => name === field);
  const names = [...usable.map(({ name }) => name), ...(isMissing ? [field] : [])];
  return (
    <ChoiceSetting
      label="Sample weights"
      help="A column of the data that says how much each sample counts: one number per sample, with the role of a target."
      error={
        isMissing && fields !== null
          ? `The data has no column “${field}” with one number per sample. Choose another, or none.`
          : null
      }
      value={field === null ? "" : `=${field}`}
      options={[
        { value: "", label: "None" },
        ...names.map((name) => ({ value: `=${name}`, label: name })),
      ]}
      onChange={(value) =>
        changeTraining({ sampleWeightField: value === "" ? null : value.slice(1) })
      }
    />
  );
}

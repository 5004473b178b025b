import type { Precision } from "#shared/training/config.ts";
import { explainMissingHalf } from "#shared/training/precision.ts";
import { changeTraining, useTraining } from "./changeTraining.ts";
import { useDevice } from "./deviceStore.ts";
import { ChoiceSetting } from "./settingFields.tsx";

const precisions: Readonly<
  Record<Precision, { readonly title: string; readonly hint: string; readonly help: string }>
> = {
  float32: {
    title: "32 bits",
    hint: "everywhere",
    help: "Every number of a step has 32 bits: exact, and possible everywhere.",
  },
  mixed: {
    title: "Mixed",
    hint: "16 bits between layers",
    help: "What layers hand on has 16 bits, which halves that memory; weights keep 32. The loss is scaled so that small gradients are not lost (Micikevicius 2018).",
  },
};
// The table has a row for every precision and no others.
const names = Object.keys(precisions) as readonly Precision[];

/** Bits of a step's numbers. What the device can't do stays visible, with the reason; a project may come from another one. */
export function PrecisionSetting() {
  const { precision } = useTraining();
  const device = useDevice();
  const reason = device && explainMissingHalf(device);
  return (
    <>
      <ChoiceSetting
        label="Precision"
        help={precisions[precision].help}
        error={
          reason !== null && precision === "mixed"
            ? `${reason} Choose 32 bits to train here.`
            : null
        }
        isDisabled={reason !== null && precision === "float32"}
        value={precision}
        options={names.map((name) => ({
          value: name,
          label: precisions[name].title,
          hint: precisions[name].hint,
        }))}
        onChange={(chosen) => changeTraining({ precision: chosen })}
      />
      {reason !== null && precision === "float32" && (
        <p className="nl-quiet nl-memory-note">{reason}</p>
      )}
    </>
  );
}

import { changeTraining, useTraining } from "./changeTraining.ts";
import { useDevice } from "./deviceStore.ts";
import { ChoiceSetting } from "./settingFields.tsx";

/** Only where the device has 16-bit floats, or where a project that was made on such a device asks for them. */
export function PrecisionSetting() {
  const { precision } = useTraining();
  const canMix = useDevice()?.hasHalfFloats === true;
  if (!canMix && precision === "float32") return null;
  return (
    <ChoiceSetting
      label="Precision"
      help="Mixed stores values in 16 bits where that is safe and scales the loss: about half the memory, often faster, a little less exact."
      error={
        canMix || precision === "float32"
          ? null
          : "This device has no 16-bit numbers: the run computes in 32 bits."
      }
      value={precision}
      options={[
        { value: "float32", label: "32 bits" },
        { value: "mixed", label: "Mixed, 16 and 32 bits" },
      ]}
      onChange={(value) => changeTraining({ precision: value })}
    />
  );
}

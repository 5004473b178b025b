import { Field } from "../../ui/Field.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { setObserving, useObserve } from "./observeStore.ts";

/** The switch among the training settings. It belongs to the window: the document does not change. */
export function ObserveField() {
  const isOn = useObserve((state) => state.isOn);
  return (
    <Field
      label="Observe layers"
      help="Every few seconds looks at what each layer gives and how its weights move, and says what seems wrong. Takes less than a tenth of the time; the results are the same."
    >
      {({ id, describedBy }) => (
        <Switch id={id} describedBy={describedBy} isOn={isOn} onChange={setObserving} />
      )}
    </Field>
  );
}

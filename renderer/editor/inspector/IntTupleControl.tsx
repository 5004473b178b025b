import type { IntTupleParam } from "#shared/layers/params.ts";
import { NumberField } from "../../ui/NumberField.tsx";
import { isJsonList } from "./control.ts";
import type { ControlProps } from "./control.ts";

const axisNames: Readonly<Record<number, readonly string[]>> = {
  1: ["size"],
  2: ["height", "width"],
  3: ["depth", "height", "width"],
};

/** One number per spatial axis. Where Keras may pick, an emptied first number gives the choice back. */
export function IntTupleControl(props: ControlProps<IntTupleParam>) {
  const { ids, spec, value, isMixed, onChange, onGestureEnd } = props;
  const entries = isJsonList(value) && !isMixed ? value : null;
  const names = axisNames[spec.length] ?? [];
  return (
    <div className="ed-tuple" role="group" aria-label={spec.label}>
      {Array.from({ length: spec.length }, (_, index) => {
        const entry = entries?.[index];
        return (
          <NumberField
            key={index}
            {...(index === 0 ? { id: ids.id } : {})}
            describedBy={ids.describedBy}
            label={`${spec.label}, ${names[index] ?? `axis ${index + 1}`}`}
            value={typeof entry === "number" ? entry : null}
            min={spec.min}
            isInteger
            isNullable={spec.nullable === true || isMixed}
            placeholder={isMixed ? "mixed" : "auto"}
            onCommit={(next, { isGesture }) => {
              if (next === null) {
                if (spec.nullable === true) onChange(null);
                return;
              }
              const filled = Array.from({ length: spec.length }, (_unused, at) => {
                const known = entries?.[at];
                return at === index ? next : typeof known === "number" ? known : next;
              });
              onChange(filled, isGesture);
            }}
            onGestureEnd={onGestureEnd}
          />
        );
      })}
    </div>
  );
}

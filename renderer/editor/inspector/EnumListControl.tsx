import type { EnumListParam } from "#shared/layers/params.ts";
import { isJsonList } from "./control.ts";
import type { ControlProps } from "./control.ts";

/** Options to switch on in any number, kept in the order chosen. */
export function EnumListControl({
  ids,
  spec,
  value,
  isMixed,
  onChange,
}: ControlProps<EnumListParam>) {
  const chosen = isJsonList(value) && !isMixed ? value.map(String) : [];
  return (
    <div
      id={ids.id}
      className="ed-chips"
      role="group"
      aria-label={spec.label}
      aria-describedby={ids.describedBy}
    >
      {spec.options.map((option) => {
        const isOn = chosen.includes(option);
        return (
          <button
            key={option}
            type="button"
            className="ed-chip"
            aria-pressed={isOn}
            onClick={() =>
              onChange(isOn ? chosen.filter((entry) => entry !== option) : [...chosen, option])
            }
          >
            {option}
          </button>
        );
      })}
    </div>
  );
}

import { Switch as Radix } from "radix-ui";
import "./field.css";

export interface SwitchProps {
  readonly id?: string;
  readonly label?: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly describedBy?: string;
  readonly onChange: (isOn: boolean) => void;
}

export function Switch({
  id,
  label,
  isOn,
  isDisabled = false,
  describedBy,
  onChange,
}: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      className="nl-switch"
      aria-label={label}
      aria-describedby={describedBy}
      checked={isOn}
      disabled={isDisabled}
      onCheckedChange={onChange}
    >
      <Radix.Thumb className="nl-switch-thumb" />
    </Radix.Root>
  );
}

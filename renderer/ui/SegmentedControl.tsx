import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import "./tabs.css";

export interface SegmentedControlProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly title: ReactNode }[];
  readonly className?: string;
  readonly onChange: (value: Value) => void;
}

/** One of a few, all in sight. Arrow keys move, Space chooses. */
export function SegmentedControl<Value extends string>(props: SegmentedControlProps<Value>) {
  const { label, value, options, className, onChange } = props;
  return (
    <ToggleGroup.Root
      type="single"
      className={classNames("nl-segments", className)}
      aria-label={label}
      value={value}
      onValueChange={(chosen) => {
        const option = options.find((entry) => entry.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} className="nl-segment">
          {option.title}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

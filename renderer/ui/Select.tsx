import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { classNames } from "./classNames.ts";
import { Icon } from "./Icon.tsx";
import "./field.css";
import "./popover.css";

export interface SelectOption {
  readonly value: string;
  readonly label?: string;
  /** A few words in grey behind the label. */
  readonly hint?: string;
}

export interface SelectProps {
  readonly id?: string;
  /** Its name, unless a `<label htmlFor>` gives one. */
  readonly label?: string;
  readonly value: string;
  readonly options: readonly SelectOption[];
  readonly isDisabled?: boolean;
  readonly describedBy?: string;
  readonly className?: string;
  readonly onChange: (value: string) => void;
}

/** Radix keeps '' for "nothing chosen"; our options may be ''. */
const emptyValue = "\u0000";

/** A list of options to choose one from; type ahead, arrows and Home/End work. */
export function Select(props: SelectProps) {
  const { id, label, value, options, isDisabled = false, describedBy, className, onChange } = props;
  const isKnown = options.some((option) => option.value === value);
  const shown = isKnown ? options : [{ value, label: value }, ...options];
  return (
    <Radix.Root
      value={value === "" ? emptyValue : value}
      disabled={isDisabled}
      onValueChange={(chosen) => onChange(chosen === emptyValue ? "" : chosen)}
    >
      <Radix.Trigger
        id={id}
        className={classNames("nl-input nl-select", className)}
        aria-label={label}
        aria-describedby={describedBy}
      >
        <Radix.Value />
        <Radix.Icon className="nl-select-arrow">
          <Icon of={ChevronDown} size={13} />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="nl-menu nl-select-list"
          position="popper"
          sideOffset={4}
          collisionPadding={8}
        >
          <Radix.Viewport>
            {shown.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value === "" ? emptyValue : option.value}
                className="nl-menu-item"
              >
                <Radix.ItemText>{option.label ?? option.value}</Radix.ItemText>
                {option.hint !== undefined && <span className="nl-select-hint">{option.hint}</span>}
                <Radix.ItemIndicator className="nl-select-check">
                  <Icon of={Check} size={13} />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

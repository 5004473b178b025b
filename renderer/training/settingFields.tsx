import type { ReactNode } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { Field } from "../ui/Field.tsx";
import { metricTitle } from "../ui/format.ts";
import { NumberField } from "../ui/NumberField.tsx";
import { Select, type SelectOption } from "../ui/Select.tsx";
import { Switch } from "../ui/Switch.tsx";
import { type ChangeOptions, sealTraining, useMonitors } from "./changeTraining.ts";

interface SettingProps {
  readonly label: string;
  /** What it does and when to change it. */
  readonly help: ReactNode;
  readonly aside?: ReactNode;
  readonly error?: string | null;
}

export interface NumberSettingProps extends SettingProps {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
  readonly unit?: string;
  readonly onChange: (value: number, options: ChangeOptions) => void;
}

/** A number of the training settings. Limits are those of the project file. */
export function NumberSetting(props: NumberSettingProps) {
  const { onChange, ...rest } = props;
  return (
    <OptionalNumberSetting
      {...rest}
      isNullable={false}
      onChange={(value, options) => value !== null && onChange(value, options)}
    />
  );
}

export interface OptionalNumberSettingProps extends Omit<NumberSettingProps, "value" | "onChange"> {
  readonly value: number | null;
  /** Shown where there is none. */
  readonly placeholder?: string;
  readonly isNullable?: boolean;
  readonly onChange: (value: number | null, options: ChangeOptions) => void;
}

/** A number that may be left out. */
export function OptionalNumberSetting(props: OptionalNumberSettingProps) {
  const { label, help, aside, error, value, min, max, isInteger, unit, placeholder } = props;
  return (
    <Field label={label} help={help} aside={aside} error={error ?? null}>
      {({ id, describedBy }) => (
        <NumberField
          id={id}
          describedBy={describedBy}
          min={min}
          max={max}
          isNullable={props.isNullable ?? true}
          value={value}
          unit={unit}
          {...(isInteger === undefined ? {} : { isInteger })}
          {...(placeholder === undefined ? {} : { placeholder })}
          onGestureEnd={sealTraining}
          onCommit={(next, { isGesture }) =>
            props.onChange(next, { gesture: isGesture ? label : null })
          }
        />
      )}
    </Field>
  );
}

export interface ChoiceSettingProps<Value extends string> extends SettingProps {
  readonly value: Value;
  readonly options: readonly (SelectOption & { readonly value: Value })[];
  readonly isDisabled?: boolean;
  readonly onChange: (value: Value) => void;
}

/** One of several. */
export function ChoiceSetting<Value extends string>(props: ChoiceSettingProps<Value>) {
  const { label, help, aside, error, value, options, isDisabled = false, onChange } = props;
  return (
    <Field label={label} help={help} aside={aside} error={error ?? null}>
      {({ id, describedBy }) => (
        <Select
          id={id}
          describedBy={describedBy}
          value={value}
          options={options}
          isDisabled={isDisabled}
          onChange={(chosen) => {
            const option = options.find((each) => each.value === chosen);
            if (option !== undefined) onChange(option.value);
          }}
        />
      )}
    </Field>
  );
}

export interface SwitchSettingProps extends SettingProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function SwitchSetting({ label, help, isOn, onChange }: SwitchSettingProps) {
  return (
    <Field label={label} help={help}>
      {({ id, describedBy }) => (
        <Switch id={id} describedBy={describedBy} isOn={isOn} onChange={onChange} />
      )}
    </Field>
  );
}

/** Which validation curve something goes by. */
export function MonitorSetting(props: {
  readonly help: string;
  readonly value: string;
  readonly onChange: (monitor: string) => void;
}) {
  const monitors = useMonitors();
  return (
    <ChoiceSetting
      label="Watches"
      help={props.help}
      value={props.value}
      options={[...new Set([...monitors, props.value])].map((name) => ({
        value: name,
        label: `validation ${metricTitle(name)}`,
      }))}
      onChange={props.onChange}
    />
  );
}

interface EpochCountProps {
  readonly help: string;
  readonly value: number;
  readonly min: number;
  readonly onChange: (epochs: number, options: ChangeOptions) => void;
}

/** How many epochs without improvement are borne. */
export function PatienceSetting(props: EpochCountProps) {
  return <EpochCountSetting label="Patience" {...props} />;
}

export function EpochCountSetting({
  label,
  ...rest
}: EpochCountProps & { readonly label: string }) {
  return <NumberSetting label={label} unit="epochs" isInteger max={1_000_000} {...rest} />;
}

/** What counts as an improvement of the watched curve. */
export function LeastChangeSetting(props: Pick<NumberSettingProps, "value" | "onChange">) {
  return (
    <NumberSetting
      label="Least change"
      help="A smaller change than this is no improvement."
      min={0}
      max={Number.MAX_VALUE}
      {...props}
    />
  );
}

/** Which sections are open: kept while the window is, wherever the settings are shown. */
const openSections = createStore<{ readonly titles: ReadonlySet<string> }>()(() => ({
  titles: new Set<string>(),
}));

export interface SettingsSectionProps {
  readonly title: string;
  /** What is chosen, in a few words, so that a folded section hides nothing. */
  readonly state: string;
  readonly children: ReactNode;
}

/** Settings that most runs leave as they are. */
export function SettingsSection({ title, state, children }: SettingsSectionProps) {
  const isOpen = useStore(openSections, ({ titles }) => titles.has(title));
  return (
    <details
      className="nl-settings-section"
      open={isOpen}
      onToggle={(event) => {
        const next = new Set(openSections.getState().titles);
        if (event.currentTarget.open) next.add(title);
        else next.delete(title);
        openSections.setState({ titles: next });
      }}
    >
      <summary>
        <b>{title}</b>
        <span>{state}</span>
      </summary>
      <div className="nl-settings-fields">{children}</div>
    </details>
  );
}

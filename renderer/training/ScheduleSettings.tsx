import {
  type PlainSchedule,
  type ScheduleConfig,
  type ScheduleKind,
  type ScheduleUnit,
  trainingLimits,
} from "#shared/training/config.ts";
import { type ChangeOptions, changeTraining, useTraining } from "./changeTraining.ts";
import { ScheduleCurve } from "./ScheduleCurve.tsx";
import {
  describeSchedule,
  makePlainSchedule,
  makeSchedule,
  scheduleNames,
  schedules,
} from "./schedules.ts";
import {
  ChoiceSetting,
  EpochCountSetting,
  LeastChangeSetting,
  MonitorSetting,
  NumberSetting,
  OptionalNumberSetting,
  PatienceSetting,
  SettingsSection,
  SwitchSetting,
} from "./settingFields.tsx";

/** How the learning rate changes along the run, drawn before it starts. */
export function ScheduleSettings() {
  const { schedule } = useTraining();
  const set = (next: ScheduleConfig, options?: ChangeOptions): void =>
    changeTraining({ schedule: next }, options);
  return (
    <SettingsSection title="Learning-rate schedule" state={describeSchedule(schedule)}>
      <KindChoice
        label="Schedule"
        kind={schedule.kind}
        kinds={scheduleNames}
        onChange={(kind) => set(makeSchedule(kind))}
      />
      {schedule.kind === "warmUp" ? (
        <>
          <Share
            label="Starts at"
            help="Share of the learning rate that the first step has."
            value={schedule.startShare}
            onChange={(startShare, options) => set({ ...schedule, startShare }, options)}
          />
          <Span
            label="Warm-up"
            help="How long the rate climbs."
            value={schedule.length}
            unit={schedule.unit}
            onLength={(length, options) => set({ ...schedule, length }, options)}
            onUnit={(unit) => set({ ...schedule, unit })}
          />
          <KindChoice
            label="Then"
            kind={schedule.after.kind}
            kinds={scheduleNames.filter((kind) => kind !== "warmUp")}
            onChange={(kind) => set({ ...schedule, after: makePlainSchedule(kind) })}
          />
          <PlainFields
            schedule={schedule.after}
            onChange={(after, options) => set({ ...schedule, after }, options)}
          />
        </>
      ) : (
        <PlainFields schedule={schedule} onChange={set} />
      )}
      <ScheduleCurve />
    </SettingsSection>
  );
}

function KindChoice<Kind extends ScheduleKind>(props: {
  readonly label: string;
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  readonly onChange: (kind: Kind) => void;
}) {
  return (
    <ChoiceSetting
      label={props.label}
      help={schedules[props.kind].help}
      value={props.kind}
      options={props.kinds.map((kind) => ({ value: kind, label: schedules[kind].title }))}
      onChange={props.onChange}
    />
  );
}

interface PlainProps<Schedule extends PlainSchedule> {
  readonly schedule: Schedule;
  readonly onChange: (schedule: PlainSchedule, options?: ChangeOptions) => void;
}

type Of<Kind extends PlainSchedule["kind"]> = Extract<PlainSchedule, { kind: Kind }>;

function PlainFields({ schedule, onChange }: PlainProps<PlainSchedule>) {
  switch (schedule.kind) {
    case "constant":
      return null;
    case "step":
    case "exponential":
      return <DecayFields schedule={schedule} onChange={onChange} />;
    case "polynomial":
      return <PolynomialFields schedule={schedule} onChange={onChange} />;
    case "cosine":
      return <CosineFields schedule={schedule} onChange={onChange} />;
    case "oneCycle":
      return <OneCycleFields schedule={schedule} onChange={onChange} />;
    case "reduceOnPlateau":
      return <PlateauFields schedule={schedule} onChange={onChange} />;
  }
}

function DecayFields({ schedule, onChange }: PlainProps<Of<"step"> | Of<"exponential">>) {
  return (
    <>
      <Factor
        help="What the rate is multiplied by, from 0 to 1."
        value={schedule.factor}
        onChange={(factor, options) => onChange({ ...schedule, factor }, options)}
      />
      <Span
        label="Every"
        help="After how long that happens."
        value={schedule.every}
        unit={schedule.unit}
        onLength={(every, options) => onChange({ ...schedule, every }, options)}
        onUnit={(unit) => onChange({ ...schedule, unit })}
      />
    </>
  );
}

function PolynomialFields({ schedule, onChange }: PlainProps<Of<"polynomial">>) {
  return (
    <>
      <NumberSetting
        label="Power"
        help="1: a line; 2: fast at first; 0.5: fast at the end."
        min={0.01}
        max={100}
        value={schedule.power}
        onChange={(power, options) => onChange({ ...schedule, power }, options)}
      />
      <EndFields schedule={schedule} onChange={onChange} />
    </>
  );
}

function CosineFields({ schedule, onChange }: PlainProps<Of<"cosine">>) {
  const { restarts } = schedule;
  return (
    <>
      <EndFields schedule={schedule} onChange={onChange} />
      <SwitchSetting
        label="Restarts"
        help="At the end of its length the rate jumps up and falls anew."
        isOn={restarts !== null}
        onChange={(isOn) =>
          onChange({
            ...schedule,
            length: isOn ? (schedule.length ?? 2) : schedule.length,
            restarts: isOn ? { lengthFactor: 2, peakFactor: 1 } : null,
          })
        }
      />
      {restarts !== null && (
        <>
          <NumberSetting
            label="Each longer"
            help="How many times as long each fall is as the one before."
            min={1}
            max={100}
            value={restarts.lengthFactor}
            onChange={(lengthFactor, options) =>
              onChange({ ...schedule, restarts: { ...restarts, lengthFactor } }, options)
            }
          />
          <Factor
            label="Each peak"
            help="What the peak is multiplied by at each restart."
            value={restarts.peakFactor}
            onChange={(peakFactor, options) =>
              onChange({ ...schedule, restarts: { ...restarts, peakFactor } }, options)
            }
          />
        </>
      )}
    </>
  );
}

function EndFields({ schedule, onChange }: PlainProps<Of<"polynomial"> | Of<"cosine">>) {
  const isWhole = schedule.length === null;
  return (
    <>
      <Share
        label="Ends at"
        help="Share of the learning rate that is left in the end. 0: none."
        value={schedule.endShare}
        onChange={(endShare, options) => onChange({ ...schedule, endShare }, options)}
      />
      <OptionalNumberSetting
        label="Over"
        help="How long the fall takes. Empty: the whole run."
        placeholder="the whole run"
        {...(isWhole ? {} : { unit: schedule.unit })}
        min={1e-6}
        max={trainingLimits.scheduleLength}
        value={schedule.length}
        onChange={(length, options) => onChange({ ...schedule, length }, options)}
      />
      {!isWhole && (
        <UnitChoice value={schedule.unit} onChange={(unit) => onChange({ ...schedule, unit })} />
      )}
    </>
  );
}

function OneCycleFields({ schedule, onChange }: PlainProps<Of<"oneCycle">>) {
  return (
    <>
      <NumberSetting
        label="Climb"
        help="Share of the run in which the rate goes up. 0.3 is usual."
        min={0.001}
        max={0.999}
        value={schedule.warmShare}
        onChange={(warmShare, options) => onChange({ ...schedule, warmShare }, options)}
      />
      <Divisor
        label="Start divisor"
        help="The first rate is the learning rate divided by this."
        value={schedule.startDivisor}
        onChange={(startDivisor, options) => onChange({ ...schedule, startDivisor }, options)}
      />
      <Divisor
        label="End divisor"
        help="The last rate is the first one divided by this."
        value={schedule.endDivisor}
        onChange={(endDivisor, options) => onChange({ ...schedule, endDivisor }, options)}
      />
    </>
  );
}

function PlateauFields({ schedule, onChange }: PlainProps<Of<"reduceOnPlateau">>) {
  const set = (part: Partial<Of<"reduceOnPlateau">>, options?: ChangeOptions): void =>
    onChange({ ...schedule, ...part }, options);
  return (
    <>
      <MonitorSetting
        help="The curve that has to improve, or the rate falls."
        value={schedule.monitor}
        onChange={(monitor) => set({ monitor })}
      />
      <Factor
        help="What the rate is multiplied by then."
        value={schedule.factor}
        max={0.999999}
        onChange={(factor, options) => set({ factor }, options)}
      />
      <PatienceSetting
        help="Epochs without improvement before the rate falls."
        min={1}
        value={schedule.patience}
        onChange={(patience, options) => set({ patience }, options)}
      />
      <LeastChangeSetting
        value={schedule.minDelta}
        onChange={(minDelta, options) => set({ minDelta }, options)}
      />
      <EpochCountSetting
        label="Cooldown"
        help="Epochs after a fall that count for nothing."
        min={0}
        value={schedule.cooldown}
        onChange={(cooldown, options) => set({ cooldown }, options)}
      />
      <NumberSetting
        label="Least rate"
        help="The rate never falls below this."
        min={0}
        max={trainingLimits.learningRate}
        value={schedule.minLearningRate}
        onChange={(minLearningRate, options) => set({ minLearningRate }, options)}
      />
    </>
  );
}

interface NumberPartProps {
  readonly label?: string;
  readonly help: string;
  readonly value: number;
  readonly max?: number;
  readonly onChange: (value: number, options: ChangeOptions) => void;
}

/** Above 0, up to 1. */
function Factor({ label = "Factor", max = 1, ...rest }: NumberPartProps) {
  return <NumberSetting label={label} min={1e-9} max={max} {...rest} />;
}

/** 1 and more. */
function Divisor({ label = "Divisor", ...rest }: NumberPartProps) {
  return <NumberSetting label={label} min={1} max={1e9} {...rest} />;
}

/** 0 to 1. */
function Share({ label = "Share", ...rest }: NumberPartProps) {
  return <NumberSetting label={label} min={0} max={1} {...rest} />;
}

function Span(props: {
  readonly label: string;
  readonly help: string;
  readonly value: number;
  readonly unit: ScheduleUnit;
  readonly onLength: (length: number, options: ChangeOptions) => void;
  readonly onUnit: (unit: ScheduleUnit) => void;
}) {
  return (
    <>
      <NumberSetting
        label={props.label}
        help={props.help}
        unit={props.unit}
        min={1e-6}
        max={trainingLimits.scheduleLength}
        value={props.value}
        onChange={props.onLength}
      />
      <UnitChoice value={props.unit} onChange={props.onUnit} />
    </>
  );
}

function UnitChoice(props: {
  readonly value: ScheduleUnit;
  readonly onChange: (unit: ScheduleUnit) => void;
}) {
  return (
    <ChoiceSetting
      label="Counted in"
      help="A step is one update of the weights; an epoch goes once through the training part."
      value={props.value}
      options={[
        { value: "epochs", label: "Epochs" },
        { value: "steps", label: "Steps" },
      ]}
      onChange={props.onChange}
    />
  );
}

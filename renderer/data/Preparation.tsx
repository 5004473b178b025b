import type { CsvSource, DataBinding, Scaling } from "#shared/datasets/binding.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import { maxGeneratedSamples } from "#shared/datasets/generateDataset.ts";
import { findGenerator } from "#shared/datasets/generatorCatalogue.ts";
import { Field } from "../ui/Field.tsx";
import { NumberField } from "../ui/NumberField.tsx";
import { Select } from "../ui/Select.tsx";
import { Switch } from "../ui/Switch.tsx";
import { documentStore } from "../state/documentStore.ts";
import { type GeneratedChange, GeneratorSizes } from "./GeneratorSizes.tsx";
import { changeData, gestureOf } from "./editData.ts";
import { TableSettings } from "./TableSettings.tsx";

const scalings: readonly { readonly value: Scaling; readonly label: string }[] = [
  { value: "none", label: "None" },
  { value: "zeroToOne", label: "0 to 1" },
  { value: "minusOneToOne", label: "−1 to 1" },
  { value: "standardise", label: "Standardise" },
];

/** How the source's values become what the network gets. */
export function Preparation({
  binding,
  summary,
}: {
  readonly binding: DataBinding;
  readonly summary: DatasetSummary | null;
}) {
  const { source } = binding;
  return (
    <section className="nl-data-section" aria-labelledby="nl-data-preparation">
      <h2 id="nl-data-preparation" className="nl-heading">
        Preparation
      </h2>
      <Field
        label="Scaling"
        help="Fitted on the training part only. Numeric targets are scaled too; results are shown in their own unit. Categories are left alone."
      >
        {({ id, describedBy }) => (
          <Select
            id={id}
            describedBy={describedBy}
            value={binding.scaling}
            options={scalings}
            onChange={(value) => {
              const scaling = scalings.find((entry) => entry.value === value)?.value;
              if (scaling) {
                changeData((data) => ({ ...data, scaling }), { label: "change the scaling" });
              }
            }}
          />
        )}
      </Field>
      {summary?.kind === "images" && <ImageSize binding={binding} summary={summary} />}
      {source.kind === "csv" && (
        <>
          <WindowSettings source={source} />
          <TableSettings source={source} />
        </>
      )}
      {source.kind === "generated" && <GeneratorSettings binding={binding} />}
    </section>
  );
}

function ImageSize({
  binding,
  summary,
}: {
  readonly binding: DataBinding;
  readonly summary: DatasetSummary;
}) {
  const { imageSize } = binding;
  const image = summary.fields.find(({ shape }) => shape.axes.length === 3);
  const [height = 1, width = 1] = image?.shape.axes.map(({ size }) => size ?? 1) ?? [];
  const setSize = (size: DataBinding["imageSize"], isGesture = false): void =>
    changeData((data) => ({ ...data, imageSize: size }), {
      label: "change the image size",
      ...gestureOf("imageSize", isGesture),
    });
  return (
    <>
      <Field label="Pad or crop" help="To a size of your own, around the centre; padding is 0.">
        {({ id }) => (
          <Switch
            id={id}
            isOn={imageSize !== null}
            onChange={(isOn) => setSize(isOn ? { height, width } : null)}
          />
        )}
      </Field>
      {imageSize !== null && (
        <Field label="Height × width">
          {({ id }) => (
            <>
              <NumberField
                id={id}
                isInteger
                min={1}
                max={4096}
                value={imageSize.height}
                onCommit={(value, { isGesture }) =>
                  value !== null && setSize({ ...imageSize, height: value }, isGesture)
                }
                onGestureEnd={documentStore.getState().sealStep}
              />
              <NumberField
                label="Width"
                isInteger
                min={1}
                max={4096}
                value={imageSize.width}
                onCommit={(value, { isGesture }) =>
                  value !== null && setSize({ ...imageSize, width: value }, isGesture)
                }
                onGestureEnd={documentStore.getState().sealStep}
              />
            </>
          )}
        </Field>
      )}
    </>
  );
}

function WindowSettings({ source }: { readonly source: CsvSource }) {
  const { window: steps } = source;
  const setWindow = (window: CsvSource["window"], isGesture = false): void =>
    changeData(
      (data) =>
        data.source.kind === "csv" ? { ...data, source: { ...data.source, window } } : data,
      {
        label: "change the window",
        ...gestureOf("window", isGesture),
      },
    );
  return (
    <>
      <Field
        label="Time series"
        help="Rows follow one another: the network gets a window of rows, the target’s past included, and predicts what comes after."
      >
        {({ id }) => (
          <Switch
            id={id}
            isOn={steps !== null}
            onChange={(isOn) => setWindow(isOn ? { steps: 12, horizon: 1 } : null)}
          />
        )}
      </Field>
      {steps !== null && (
        <>
          <Field label="Window" help="Rows that the network sees at once.">
            {({ id }) => (
              <NumberField
                id={id}
                isInteger
                min={1}
                max={100_000}
                unit="steps"
                value={steps.steps}
                onCommit={(value, { isGesture }) =>
                  value !== null && setWindow({ ...steps, steps: value }, isGesture)
                }
                onGestureEnd={documentStore.getState().sealStep}
              />
            )}
          </Field>
          <Field label="Look ahead" help="How far after the window the target lies.">
            {({ id }) => (
              <NumberField
                id={id}
                isInteger
                min={1}
                max={100_000}
                unit="steps"
                value={steps.horizon}
                onCommit={(value, { isGesture }) =>
                  value !== null && setWindow({ ...steps, horizon: value }, isGesture)
                }
                onGestureEnd={documentStore.getState().sealStep}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}

function GeneratorSettings({ binding }: { readonly binding: DataBinding }) {
  const { source } = binding;
  if (source.kind !== "generated") return null;
  const change = (part: GeneratedChange, isGesture: boolean) =>
    changeData(
      (data) =>
        data.source.kind === "generated" ? { ...data, source: { ...data.source, ...part } } : data,
      {
        label: "change the generated data",
        ...gestureOf(`generated.${Object.keys(part).join()}`, isGesture),
      },
    );
  const { sealStep } = documentStore.getState();
  return (
    <>
      <Field label="Samples">
        {({ id }) => (
          <NumberField
            id={id}
            isInteger
            min={10}
            max={maxGeneratedSamples}
            value={source.samples}
            onCommit={(samples, { isGesture }) =>
              samples !== null && change({ samples }, isGesture)
            }
            onGestureEnd={sealStep}
          />
        )}
      </Field>
      <Field label="Noise" help={findGenerator(source.generator).noiseHelp}>
        {({ id }) => (
          <NumberField
            id={id}
            min={0}
            max={100}
            value={source.noise}
            onCommit={(noise, { isGesture }) => noise !== null && change({ noise }, isGesture)}
            onGestureEnd={sealStep}
          />
        )}
      </Field>
      <Field label="Seed" help="The same seed makes the same samples.">
        {({ id }) => (
          <NumberField
            id={id}
            isInteger
            min={0}
            max={2_147_483_647}
            value={source.seed}
            onCommit={(seed, { isGesture }) => seed !== null && change({ seed }, isGesture)}
            onGestureEnd={sealStep}
          />
        )}
      </Field>
      <GeneratorSizes source={source} onChange={change} />
    </>
  );
}

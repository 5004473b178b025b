import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import { documentStore } from "../state/documentStore.ts";
import { Field } from "../ui/Field.tsx";
import { formatCount } from "../ui/format.ts";
import { NumberField } from "../ui/NumberField.tsx";
import { changeData, gestureOf } from "./editData.ts";

/** How much is held out for validation, and by which seed. */
export function SplitPanel({
  binding,
  summary,
}: {
  readonly binding: DataBinding;
  readonly summary: DatasetSummary | null;
}) {
  const { validation, seed } = binding.split;
  const isOverTime = isChronological(binding);
  const hasClasses = (summary?.classCounts.length ?? 0) > 0;
  const setSplit = (change: Partial<DataBinding["split"]>, isGesture: boolean): void =>
    changeData((data) => ({ ...data, split: { ...data.split, ...change } }), {
      label: "change the split",
      ...gestureOf("split", isGesture),
    });
  const { sealStep } = documentStore.getState();
  return (
    <section className="nl-data-section" aria-labelledby="nl-data-split">
      <h2 id="nl-data-split" className="nl-heading">
        Split
        <span>{isOverTime ? "by time" : hasClasses ? "stratified by class" : "by seed"}</span>
      </h2>
      <div className="nl-data-split" aria-hidden="true">
        <span style={{ flexGrow: 1 - validation }}>
          training {summary === null ? "" : formatCount(summary.trainCount)}
        </span>
        {validation > 0 && (
          <span className="is-validation" style={{ flexGrow: validation }}>
            {summary === null ? "" : formatCount(summary.validationCount)}
          </span>
        )}
      </div>
      <input
        type="range"
        className="nl-data-range"
        aria-label="Validation share in percent"
        aria-valuetext={`${Math.round(validation * 100)} %${summary === null ? "" : `, ${summary.validationCount} samples`}`}
        min={0}
        max={50}
        step={1}
        value={Math.round(validation * 100)}
        onChange={(event) => setSplit({ validation: Number(event.target.value) / 100 }, true)}
        onPointerUp={sealStep}
        onKeyUp={sealStep}
      />
      <Field
        label="Validation"
        help={
          isOverTime
            ? "The end of the series is held out: what comes later must not help to predict what came before."
            : "This share is never trained on; it tells how the network does on samples it has not seen."
        }
      >
        {({ id }) => (
          <NumberField
            id={id}
            isInteger
            min={0}
            max={90}
            unit="%"
            value={Math.round(validation * 100)}
            onCommit={(value, { isGesture }) =>
              value !== null && setSplit({ validation: value / 100 }, isGesture)
            }
            onGestureEnd={sealStep}
          />
        )}
      </Field>
      {!isOverTime && (
        <Field label="Seed" help="The same seed holds out the same samples.">
          {({ id }) => (
            <NumberField
              id={id}
              isInteger
              min={0}
              max={2_147_483_647}
              value={seed}
              onCommit={(value, { isGesture }) =>
                value !== null && setSplit({ seed: value }, isGesture)
              }
              onGestureEnd={sealStep}
            />
          )}
        </Field>
      )}
    </section>
  );
}

function isChronological({ source }: DataBinding): boolean {
  if (source.kind === "csv") return source.window !== null;
  return (
    source.kind === "generated" && ["sine", "seasonal", "trend-windows"].includes(source.generator)
  );
}

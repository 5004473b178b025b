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
      <div className="nl-data-split">
        <span aria-hidden="true" style={{ flexGrow: 1 - validation }}>
          training {summary === null ? "" : formatCount(summary.trainCount)}
        </span>
        {validation > 0 && (
          <span aria-hidden="true" className="is-validation" style={{ flexGrow: validation }}>
            {summary === null ? "" : formatCount(summary.validationCount)}
          </span>
        )}
        {/* Lies over the bar: its boundary is dragged, or moved with the arrow keys. */}
        <input
          type="range"
          aria-label="Training share in percent"
          aria-valuetext={describeSplit(validation, summary)}
          min={0}
          max={100}
          step={1}
          value={Math.round((1 - validation) * 100)}
          onChange={(event) => {
            const share = Math.min(0.9, Math.max(0, 1 - Number(event.target.value) / 100));
            setSplit({ validation: Math.round(share * 100) / 100 }, true);
          }}
          onPointerUp={sealStep}
          onKeyUp={sealStep}
        />
      </div>
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

function describeSplit(validation: number, summary: DatasetSummary | null): string {
  const shares = `${Math.round((1 - validation) * 100)} % training, ${Math.round(validation * 100)} % validation`;
  return summary === null
    ? shares
    : `${shares}: ${summary.trainCount} and ${summary.validationCount} samples`;
}

function isChronological({ source }: DataBinding): boolean {
  if (source.kind === "csv") return source.window !== null;
  return (
    source.kind === "generated" && ["sine", "seasonal", "trend-windows"].includes(source.generator)
  );
}

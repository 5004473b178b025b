import { useMemo, useState } from "react";
import type { SamplePrediction } from "#shared/training/events.ts";
import { useSampleViews } from "../data/useSampleViews.ts";
import { SegmentedControl } from "../ui/SegmentedControl.tsx";
import { SamplePicture } from "./SamplePicture.tsx";
import { useIsRunOfThisData } from "./useIsRunOfThisData.ts";

type Which = "all" | "wrong";

/** What the finished network says of some validation samples, mistakes first. */
export function SamplePredictions({
  samples,
  snapshot,
}: {
  readonly samples: readonly SamplePrediction[];
  /** The project as it was when the run started. */
  readonly snapshot: string;
}) {
  const isOfThisData = useIsRunOfThisData(snapshot);
  const views = useSampleViews(isOfThisData ? samples.map(({ sample }) => sample) : []);
  const [which, setWhich] = useState<Which>("all");
  const wrong = useMemo(() => samples.filter((sample) => sample.isRight === false), [samples]);
  const shown = useMemo(
    () =>
      which === "wrong"
        ? wrong
        : [...wrong, ...samples.filter((sample) => sample.isRight !== false)],
    [samples, which, wrong],
  );
  if (samples.length === 0) return null;
  const isClasses = samples.some((sample) => sample.isRight !== null);
  return (
    <div className="nl-predictions">
      {isClasses && (
        <SegmentedControl
          label="Which samples"
          value={which}
          options={[
            { value: "all", title: `All ${samples.length}` },
            { value: "wrong", title: `Mistakes ${wrong.length}` },
          ]}
          onChange={setWhich}
        />
      )}
      <ul className="nl-prediction-grid">
        {shown.map((sample) => {
          const view = views.get(sample.sample);
          return (
            <li
              key={sample.sample}
              className="nl-prediction"
              data-wrong={sample.isRight === false ? "" : undefined}
            >
              {view !== undefined && <SamplePicture view={view} />}
              <span>
                <b>{sample.predicted}</b>
                {sample.confidence !== null && (
                  <span className="nl-prediction-share">
                    {Math.round(sample.confidence * 100)} %
                  </span>
                )}
              </span>
              <small>{sample.isRight === true ? "right" : `is ${sample.truth}`}</small>
            </li>
          );
        })}
      </ul>
      {!isOfThisData && (
        <p className="nl-quiet">
          The project’s data has changed since this run, so the samples themselves are not shown.
        </p>
      )}
      {shown.length === 0 && <p>No mistakes among these samples.</p>}
    </div>
  );
}

import { useEffect, useId, useMemo, useState } from "react";
import type { RunInfo } from "#shared/host/contract.ts";
import type { InsidePictures } from "#shared/training/insideProtocol.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { NumberField } from "../../ui/NumberField.tsx";
import { Select } from "../../ui/Select.tsx";
import { SamplePicture } from "../SamplePicture.tsx";
import { listKeptEpochs, lookInside, readRunParts } from "./insideClient.ts";
import { Picture, PictureGrid } from "./PictureGrid.tsx";

/** Filters, feature maps and saliency of one sample at any epoch that was kept. */
export function LookInside(props: {
  readonly run: RunInfo;
  readonly state: RunState;
  /** The first that has pictures stands in for one that has none. */
  readonly wantedLayer: string | null;
  readonly onLayer: (layer: string) => void;
}) {
  const { run, state, wantedLayer, onLayer } = props;
  const epochs = useKeptEpochs(run.id, state.epochs.length);
  const parts = useMemo(() => readRunParts(run), [run]);
  const [wantedEpoch, setEpoch] = useState<number | null>(null);
  const [place, setPlace] = useState(0);
  const layers = parts.ok ? parts.value.plan.layers.filter(hasPicture) : [];
  const layer = layers.find(({ name }) => name === wantedLayer)?.name ?? layers[0]?.name ?? null;
  const index = wantedEpoch === null ? epochs.length - 1 : epochs.indexOf(wantedEpoch);
  const epoch = epochs[Math.max(0, index)] ?? null;
  const { inside, problem } = useInside({ run, epoch, layer, place });
  if (epoch === null || layer === null) {
    return (
      <p className="nl-quiet">
        {state.epochs.length === 0
          ? "Filters, feature maps and saliency can be seen after the first epoch."
          : "No weights of single epochs were kept: the network is too large for it, or the run is of an older version."}
      </p>
    );
  }
  return (
    <div className="nl-look">
      <div className="nl-look-controls">
        <div className="nl-look-field">
          <span aria-hidden>Layer</span>
          <Select
            label="Layer to look into"
            value={layer}
            options={layers.map(({ name, call }) => ({ value: name, hint: call.className }))}
            onChange={onLayer}
          />
        </div>
        <div className="nl-look-field">
          <span aria-hidden>Validation sample{inside && `, of ${inside.sampleCount}`}</span>
          <NumberField
            label="Sample, of the validation part"
            isInteger
            min={1}
            max={inside?.sampleCount ?? 1_000_000}
            value={place + 1}
            onCommit={(value) => value !== null && setPlace(value - 1)}
          />
        </div>
        <EpochSlider epochs={epochs} epoch={epoch} onChange={setEpoch} />
      </div>
      {problem !== null && (
        <p className="nl-run-message" role="alert">
          {problem}
        </p>
      )}
      {inside !== null && <Inside inside={inside} />}
    </div>
  );
}

function EpochSlider(props: {
  readonly epochs: readonly number[];
  readonly epoch: number;
  readonly onChange: (epoch: number) => void;
}) {
  const { epochs, epoch, onChange } = props;
  const id = useId();
  return (
    <div className="nl-look-field">
      <label htmlFor={id}>Epoch {epoch}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={epochs.length - 1}
        value={Math.max(0, epochs.indexOf(epoch))}
        aria-valuetext={`epoch ${epoch}`}
        onChange={(event) => onChange(epochs[Number(event.target.value)] ?? epoch)}
      />
    </div>
  );
}

function Inside({ inside }: { readonly inside: InsidePictures }) {
  const { sample, number, answer, saliency, maps, filters } = inside;
  return (
    <>
      <div className="nl-look-sample">
        <figure>
          <SamplePicture view={sample} />
          <figcaption>
            Sample {number}: {sample.target}
          </figcaption>
        </figure>
        {saliency !== null && (
          <figure>
            <Picture picture={saliency} />
            <figcaption>What the answer {answer} hangs on</figcaption>
          </figure>
        )}
      </div>
      <PictureGrid title="What the layer makes of it" pictures={maps} />
      <PictureGrid title="Filters" pictures={filters} />
    </>
  );
}

function hasPicture({ call }: { readonly call: { readonly className: string } }): boolean {
  return !/^(Flatten|Reshape|Dropout|RepeatVector)$/.test(call.className);
}

function useKeptEpochs(runId: string, epochCount: number): readonly number[] {
  const [epochs, setEpochs] = useState<readonly number[]>([]);
  useEffect(() => {
    let isWanted = true;
    void listKeptEpochs(runId).then((found) => {
      if (isWanted) setEpochs(found);
    });
    return () => {
      isWanted = false;
    };
  }, [runId, epochCount]);
  return epochs;
}

interface Wanted {
  readonly run: RunInfo;
  readonly epoch: number | null;
  readonly layer: string | null;
  readonly place: number;
}

interface Found {
  readonly inside: InsidePictures | null;
  readonly problem: string | null;
}

/** The last answer stays on screen until the next one is there. */
function useInside({ run, epoch, layer, place }: Wanted): Found {
  const [found, setFound] = useState<Found>({ inside: null, problem: null });
  const { id, snapshot } = run;
  useEffect(() => {
    if (epoch === null || layer === null) return;
    let isWanted = true;
    const parts = readRunParts({ ...run, snapshot });
    const looking = parts.ok
      ? lookInside(parts.value, { runId: id, epoch, layer, place })
      : Promise.resolve(parts);
    void looking.then((result) => {
      if (!isWanted) return;
      setFound((before) =>
        result.ok
          ? { inside: result.value, problem: null }
          : { inside: before.inside, problem: result.error },
      );
    });
    return () => {
      isWanted = false;
    };
    // A run's entry changes with every epoch, its snapshot never.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, snapshot, epoch, layer, place]);
  return found;
}

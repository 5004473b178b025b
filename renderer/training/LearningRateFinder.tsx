import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import {
  defaultSearchRange,
  type SearchPoint,
  type SearchResult,
} from "#shared/training/learningRateSearch.ts";
import { announce } from "../ui/announce.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { formatNumber } from "../ui/format.ts";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { changeTraining, useTraining } from "./changeTraining.ts";
import { LearningRateCurve } from "./LearningRateCurve.tsx";
import { closeLearningRateFinder, learningRateFinderStore } from "./learningRateFinderStore.ts";
import { changeOptimizer } from "./optimizers.ts";
import { searchLearningRate } from "./learningRateClient.ts";

/** Tries growing learning rates on a copy of the network and suggests one. */
export function LearningRateFinder() {
  const isOpen = useStore(learningRateFinderStore, (state) => state.isOpen);
  return isOpen ? <Finder /> : null;
}

type Search =
  | { readonly phase: "searching" }
  | { readonly phase: "done"; readonly result: SearchResult }
  | { readonly phase: "failed"; readonly message: string };

function Finder() {
  const { optimizer } = useTraining();
  const [points, setPoints] = useState<readonly SearchPoint[]>([]);
  const [search, setSearch] = useState<Search>({ phase: "searching" });
  const [round, setRound] = useState(0);
  const cancel = useRef<() => void>(() => {});

  useEffect(() => {
    let isWanted = true;
    const started = searchLearningRate((found) => {
      if (isWanted) setPoints((before) => [...before, ...found]);
    });
    cancel.current = () => started.cancel();
    void started.outcome.then((outcome) => {
      if (!isWanted) return;
      if (outcome.ok) {
        setPoints(outcome.value.points);
        setSearch({ phase: "done", result: outcome.value });
      } else setSearch({ phase: "failed", message: outcome.error });
    });
    return () => {
      isWanted = false;
      started.cancel();
    };
  }, [round]);

  const searchAgain = (): void => {
    setPoints([]);
    setSearch({ phase: "searching" });
    setRound(round + 1);
  };
  const apply = (learningRate: number): void => {
    changeTraining({ optimizer: changeOptimizer(optimizer, "learningRate", learningRate) });
    announce(`Learning rate ${learningRate}`);
    closeLearningRateFinder();
  };
  const result = search.phase === "done" ? search.result : null;
  const suggestion = roundRate(result?.suggestion ?? null);
  const others = [roundRate(result?.steepest ?? null), roundRate(result?.tenthOfLowest ?? null)];
  const other = others.find((rate) => isAnotherChoice(rate, suggestion)) ?? null;
  return (
    <Dialog
      isOpen
      title="Find a learning rate"
      description="A copy of the network is trained with a rate that grows from step to step. Where the loss falls fastest, the rate is good; where it turns up, too high. The network itself stays as it is."
      onClose={closeLearningRateFinder}
      footer={
        <>
          {search.phase === "searching" ? (
            <Button onClick={() => cancel.current()}>Stop searching</Button>
          ) : (
            <Button onClick={searchAgain}>Search again</Button>
          )}
          <Button onClick={closeLearningRateFinder}>Close</Button>
          {other !== null && (
            <Button onClick={() => apply(other)}>Use {formatNumber(other)}</Button>
          )}
          <Button
            tone="primary"
            disabled={suggestion === null}
            onClick={() => suggestion !== null && apply(suggestion)}
          >
            {suggestion === null ? "Use it" : `Use ${formatNumber(suggestion)}`}
          </Button>
        </>
      }
    >
      <div className="nl-finder">
        {search.phase === "searching" && (
          <ProgressBar
            label="Search for a learning rate"
            value={points.length === 0 ? null : points.length / defaultSearchRange.steps}
          />
        )}
        <LearningRateCurve
          points={points}
          current={optimizer.learningRate}
          suggestion={suggestion}
        />
        {search.phase === "failed" ? (
          <p className="nl-run-failed" role="alert">
            <b>The search failed.</b> {search.message}
          </p>
        ) : (
          <p role="status">
            {result?.message ??
              (points.length === 0
                ? "Reading the data and building the network."
                : `Step ${points.length} of at most ${defaultSearchRange.steps}.`)}
          </p>
        )}
      </div>
    </Dialog>
  );
}

/** Two telling digits: more would promise an exactness that the search does not have. */
function roundRate(rate: number | null): number | null {
  return rate === null ? null : Number(rate.toPrecision(2));
}

/** Rates that lie within half of each other train alike: a second button would only puzzle. */
function isAnotherChoice(rate: number | null, suggestion: number | null): rate is number {
  if (rate === null || suggestion === null) return false;
  return Math.max(rate, suggestion) / Math.min(rate, suggestion) > 1.5;
}

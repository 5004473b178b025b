import { useState } from "react";
import { ChartLine, Play } from "lucide-react";
import type { RunInfo } from "#shared/host/contract.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { runStore, useRuns } from "../state/runStore.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { formatWhen } from "../ui/format.ts";
import { describeBest } from "./describeRun.ts";
import { obstacleAction } from "./obstacleAction.ts";
import { RunDetail } from "./RunDetail.tsx";
import { RunStatusDot } from "./RunStatusDot.tsx";
import { useObstacle } from "./useObstacle.ts";
import "./training.css";
import "./runs.css";

/** Every run of the project: figures, curves side by side, report, what to take away. */
export function RunsView() {
  const runs = useRuns((state) => state.runs);
  const chosenId = useRuns((state) => state.chosen);
  const [compared, setCompared] = useState<ReadonlySet<string>>(new Set());
  const chosen = runs.find((run) => run.id === chosenId) ?? runs[0] ?? null;
  if (chosen === null) {
    return <NoRuns />;
  }
  const toggle = (id: string): void => {
    const next = new Set(compared);
    if (!next.delete(id)) next.add(id);
    setCompared(next);
  };
  return (
    <div className="nl-runs">
      <nav className="nl-runs-list" aria-label="Runs">
        <h2 className="nl-heading">
          Runs <span>{runs.length}</span>
        </h2>
        <ul>
          {runs.map((run) => (
            <RunItem
              key={run.id}
              run={run}
              isChosen={run === chosen}
              isComparable={runs.length > 1}
              isCompared={compared.has(run.id)}
              onCompare={() => toggle(run.id)}
            />
          ))}
        </ul>
      </nav>
      <RunDetail
        key={chosen.id}
        run={chosen}
        compared={runs.filter((run) => run !== chosen && compared.has(run.id))}
      />
    </div>
  );
}

function RunItem(props: {
  readonly run: RunInfo;
  readonly isChosen: boolean;
  /** Whether there is another run to compare with. */
  readonly isComparable: boolean;
  readonly isCompared: boolean;
  readonly onCompare: () => void;
}) {
  const { run, isChosen, isComparable, isCompared, onCompare } = props;
  return (
    <li className="nl-run-item" data-chosen={isChosen ? "" : undefined}>
      {isComparable && (
        <label className="nl-run-compare" title="Draw its curves beside the chosen run">
          <input
            type="checkbox"
            aria-label={`Compare run ${run.number}`}
            checked={isCompared || isChosen}
            disabled={isChosen}
            onChange={onCompare}
          />
        </label>
      )}
      <button
        type="button"
        className="nl-run-open"
        aria-current={isChosen ? "true" : undefined}
        onClick={() => runStore.getState().choose(run.id)}
      >
        <b>Run {run.number}</b>
        <span>{formatWhen(run.startedMs)}</span>
        <small>
          <RunStatusDot status={run.status} /> · {describeBest(run.metrics)}
        </small>
      </button>
    </li>
  );
}

function NoRuns() {
  const obstacle = useObstacle();
  const action = obstacle === null ? null : obstacleAction(obstacle);
  return (
    <EmptyState
      icon={ChartLine}
      title="No runs yet"
      actions={
        obstacle === null ? (
          <Button tone="primary" icon={Play} onClick={() => runCommand("training.start")}>
            Train
          </Button>
        ) : (
          action !== null && <Button onClick={action.run}>{action.title}</Button>
        )
      }
    >
      Every training run is kept here with its curves, its report and its weights.
      {obstacle !== null && ` ${obstacle.message}`}
    </EmptyState>
  );
}

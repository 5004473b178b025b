import { Play, RotateCcw } from "lucide-react";
import type { RunInfo } from "#shared/host/contract.ts";
import { selectProgress } from "#shared/training/runReducer.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { type ActiveRun, useRuns } from "../state/runStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { describeBest, describeStatus } from "./describeRun.ts";
import { ContinueButtons } from "./ContinueButtons.tsx";
import { FittingBatchButton } from "./FittingBatchButton.tsx";
import { describePlaceToGoOn, findContinuing } from "./continuable.ts";
import { findMostConfused } from "./findMostConfused.ts";
import { DiagnosisList } from "./observe/DiagnosisList.tsx";
import { useDiagnoses } from "./observe/useDiagnoses.ts";
import { RunCharts } from "./RunCharts.tsx";
import { RunFigures, Stats } from "./RunFigures.tsx";
import { obstacleAction } from "./obstacleAction.ts";
import { TrainingSettings } from "./TrainingSettings.tsx";
import { continueTraining } from "./trainingClient.ts";
import { useObstacle } from "./useObstacle.ts";
import { useRunState } from "./useRunState.ts";
import "./training.css";

/** The run of this window: curves, progress, figures. Before the first run: the settings and what is missing. */
export function RunPanel() {
  const active = useRuns((state) => state.active);
  return active === null ? <BeforeRun /> : <ActiveRunPanel active={active} />;
}

function ActiveRunPanel({ active }: { readonly active: ActiveRun }) {
  const { state, info } = active;
  const isOver = state.phase === "ended";
  const diagnoses = useDiagnoses(info, state);
  return (
    <div className="nl-run">
      <ProgressBar
        label={`Progress of run ${info.number}`}
        value={state.started === null && !isOver ? null : selectProgress(state)}
      />
      <div className="nl-run-body">
        <RunCharts key={info.id} state={state} runLabel={`Run ${info.number}`} />
        <div className="nl-run-side">
          <DiagnosisList runId={info.id} diagnoses={diagnoses} canMend isFolded />
          {isOver ? <Ended active={active} /> : <RunFigures state={state} />}
        </div>
      </div>
    </div>
  );
}

function Ended({ active }: { readonly active: ActiveRun }) {
  const { info, state } = active;
  const confusion = state.report?.confusion ?? null;
  const confused =
    confusion === null ? [] : findMostConfused(confusion.counts, confusion.classes, 3);
  return (
    <>
      <p
        className={info.status === "failed" ? "nl-run-failed" : "nl-run-result"}
        data-good={info.status === "finished" || info.status === "early-stopping" ? "" : undefined}
        role="status"
      >
        <b>{describeStatus(info.status)}</b>
        {info.status === "failed"
          ? ` ${info.message}`
          : ` ${describeBest(state.ended?.metrics ?? info.metrics)}`}
      </p>
      <div className="nl-run-actions">
        <ContinueButtons run={info} state={state} size="small" />
        <FittingBatchButton run={info} state={state} />
        <Button size="small" icon={RotateCcw} onClick={() => runCommand("training.start")}>
          Train again
        </Button>
        <Button size="small" onClick={() => sessionStore.getState().showView("runs")}>
          Full report
        </Button>
      </div>
      {confused.length > 0 && (
        <>
          <h3 className="nl-heading">Most confused</h3>
          <Stats
            rows={confused.map(({ truth, predicted, count }) => [
              `${truth} taken for ${predicted}`,
              String(count),
            ])}
          />
        </>
      )}
    </>
  );
}

function BeforeRun() {
  const newest = useRuns((state) => state.runs[0] ?? null);
  return (
    <div className="nl-run-before">
      <section aria-label="Training settings" className="nl-run-settings">
        <TrainingSettings />
      </section>
      {newest?.checkpoint ? <AfterEarlierRun key={newest.id} run={newest} /> : <ReadyToTrain />}
    </div>
  );
}

/** The window was closed or reloaded since: a run that is not at its end is what its owner comes back for. */
function AfterEarlierRun({ run }: { readonly run: RunInfo }) {
  const state = useRunState(run.id);
  const continuing = findContinuing(run, state);
  // Of a run that failed, only its events tell whether trying again makes sense.
  if (state.started === null || continuing?.kind !== "resume") return <ReadyToTrain />;
  const place = describePlaceToGoOn(run, state);
  return (
    <EmptyState
      title={`Run ${run.number} can go on`}
      actions={
        <>
          <Button tone="primary" icon={Play} onClick={() => void continueTraining(run)}>
            Resume run {run.number} ({place})
          </Button>
          <Button onClick={() => runCommand("training.start")}>Train anew</Button>
        </>
      }
    >
      {describeStatus(run.status)} in {place}. It keeps the network and the settings that it had.
    </EmptyState>
  );
}

function ReadyToTrain() {
  const hasRuns = useRuns((state) => state.runs.length > 0);
  const obstacle = useObstacle();
  const action = obstacle === null ? null : obstacleAction(obstacle);
  return (
    <EmptyState
      icon={Play}
      title={obstacle === null ? "Ready to train" : "Not ready to train yet"}
      actions={
        obstacle === null ? (
          <>
            {hasRuns && (
              <Button onClick={() => sessionStore.getState().showView("runs")}>Earlier runs</Button>
            )}
            <Button tone="primary" icon={Play} onClick={() => runCommand("training.start")}>
              Train
            </Button>
          </>
        ) : (
          action !== null && <Button onClick={action.run}>{action.title}</Button>
        )
      }
    >
      {obstacle?.message ??
        "Loss and metrics are drawn here as the network learns, every step of them."}
    </EmptyState>
  );
}

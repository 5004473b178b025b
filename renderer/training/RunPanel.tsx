import { Play } from "lucide-react";
import { selectProgress } from "#shared/training/runReducer.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { type ActiveRun, useRuns } from "../state/runStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ProgressBar } from "../ui/ProgressBar.tsx";
import { describeBest, describeStatus } from "./describeRun.ts";
import { ContinueButtons } from "./ContinueButtons.tsx";
import { findMostConfused } from "./findMostConfused.ts";
import { DiagnosisList } from "./observe/DiagnosisList.tsx";
import { useDiagnoses } from "./observe/useDiagnoses.ts";
import { RunCharts } from "./RunCharts.tsx";
import { RunFigures, Stats } from "./RunFigures.tsx";
import { obstacleAction } from "./obstacleAction.ts";
import { TrainingSettings } from "./TrainingSettings.tsx";
import { useObstacle } from "./useObstacle.ts";
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
      <div className="nl-run-actions">
        <Button size="small" onClick={() => sessionStore.getState().showView("runs")}>
          Full report
        </Button>
        <ContinueButtons run={info} state={state} size="small" />
        <Button size="small" icon={Play} onClick={() => runCommand("training.start")}>
          Train again
        </Button>
      </div>
    </>
  );
}

function BeforeRun() {
  const hasRuns = useRuns((state) => state.runs.length > 0);
  const obstacle = useObstacle();
  const action = obstacle === null ? null : obstacleAction(obstacle);
  return (
    <div className="nl-run-before">
      <section aria-label="Training settings" className="nl-run-settings">
        <TrainingSettings />
      </section>
      <EmptyState
        icon={Play}
        title={obstacle === null ? "Ready to train" : "Not ready to train yet"}
        actions={
          obstacle === null ? (
            <>
              {hasRuns && (
                <Button onClick={() => sessionStore.getState().showView("runs")}>
                  Earlier runs
                </Button>
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
    </div>
  );
}

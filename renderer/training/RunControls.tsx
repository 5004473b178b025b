import { runCommand } from "../commands/defineCommand.ts";
import { useRuns } from "../state/runStore.ts";
import { Button } from "../ui/Button.tsx";
import { formatLarge } from "../ui/format.ts";
import { describeProgress } from "./describeRun.ts";
import { isTraining } from "./runQueries.ts";
import "./training.css";

/** Beside the dock's tabs while a run is under way. */
export function RunControls() {
  const isRunning = useRuns(isTraining);
  const isPaused = useRuns((state) => state.active?.state.phase === "paused");
  const text = useRuns(({ active }) => {
    if (active === null) return "";
    const speed = active.state.latest?.samplesPerSecond ?? 0;
    return `${describeProgress(active.state)}${speed > 0 ? ` · ${formatLarge(Math.round(speed))} samples/s` : ""}`;
  });
  if (!isRunning) return null;
  return (
    <>
      <span className="nl-run-text">{text}</span>
      <Button
        size="small"
        onClick={() => runCommand(isPaused ? "training.resume" : "training.pause")}
      >
        {isPaused ? "Resume" : "Pause"}
      </Button>
      <Button size="small" onClick={() => runCommand("training.stop")}>
        Stop
      </Button>
    </>
  );
}

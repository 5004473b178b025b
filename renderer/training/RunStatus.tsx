import { sessionStore } from "../state/sessionStore.ts";
import { useRuns } from "../state/runStore.ts";
import { describeProgress, describeStatus } from "./describeRun.ts";

/** The current run in the bottom line; nothing before the first. */
export function RunStatus() {
  const text = useRuns(({ active }) => {
    if (active === null) return null;
    const isOver = active.state.phase === "ended";
    return `Run ${active.info.number} · ${isOver ? describeStatus(active.info.status).toLowerCase() : describeProgress(active.state)}`;
  });
  if (text === null) return null;
  const { showView, showDockTab } = sessionStore.getState();
  return (
    <button
      type="button"
      onClick={() => {
        showView("design");
        showDockTab("run");
      }}
    >
      {text}
    </button>
  );
}

import type { RunInfo } from "#shared/host/contract.ts";
import { host } from "../host/hostClient.ts";
import { documentStore } from "../state/documentStore.ts";
import { runStore } from "../state/runStore.ts";
import { announce } from "../ui/announce.ts";
import { formatMetric } from "../ui/format.ts";
import { showToast } from "../ui/toastStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { findContinuing } from "./continuable.ts";
import { isTraining } from "./runQueries.ts";
import { continueTraining } from "./trainingClient.ts";

/** Keeps the list of runs that of the open project, and tells how a run goes to those who don't look at it. */
export function followRuns(): void {
  documentStore.subscribe((state, previous) => {
    if (state.document.id === previous.document.id) return;
    runStore.getState().clear();
    void loadRuns(state.document.id);
  });
  runStore.subscribe(({ active }, previous) => {
    if (active === null || previous.active?.info.id !== active.info.id) return;
    const { state } = active;
    const before = previous.active.state;
    if (state.epochs.length > before.epochs.length) {
      const last = state.epochs.at(-1);
      const loss = last?.metrics["valLoss"] ?? last?.metrics["loss"];
      announce(
        `Epoch ${state.epochs.length} of ${state.started?.epochs ?? "?"}${loss === undefined ? "" : `, loss ${formatMetric("loss", loss)}`}`,
      );
    }
    // Of a run that was released, its own end says what is kept.
    const hasEnded = state.ended !== null && !active.released;
    if (hasEnded && (before.ended === null || previous.active.released)) {
      const { reason, message } = state.ended;
      showToast({
        tone: reason === "failed" ? "error" : reason === "finished" ? "success" : "info",
        message: message === "" ? `Run ${active.info.number} ended.` : message,
        ...(reason === "failed" && findContinuing(active.info, state)?.kind === "resume"
          ? { action: { title: "Resume", run: () => void resumeRun(active.info) } }
          : {}),
      });
    }
  });
}

const lookAgainMs = 3000;

async function loadRuns(project: string): Promise<void> {
  if (documentStore.getState().document.id !== project) return;
  const runs = await host.listRuns(project);
  if (!runs.ok || documentStore.getState().document.id !== project) return;
  const [newest] = runs.value;
  // Pressed Train meanwhile: the list has what the window itself knows better.
  if (isTraining()) return;
  runStore.getState().setRuns(runs.value);
  // Another window trains it, or the page that did has been reloaded and the host has not noticed yet.
  if (newest?.status === "running") setTimeout(() => void loadRuns(project), lookAgainMs);
  // A run that a crash or a reload broke off is what its owner comes back for.
  if (newest?.status !== "interrupted" || !newest.checkpoint) return;
  showToast({
    tone: "warning",
    message: `Run ${newest.number} was interrupted in epoch ${newest.checkpoint.epochs + 1}.`,
    action: { title: "Resume", run: () => void resumeRun(newest) },
  });
}

async function resumeRun(run: RunInfo): Promise<void> {
  const resumed = await continueTraining(run);
  if (resumed.ok && sessionStore.getState().view === "data") {
    sessionStore.getState().showView("runs");
  }
}

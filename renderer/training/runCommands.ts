import { defineCommand } from "../commands/defineCommand.ts";
import { keepOpenProject } from "../project/writeProject.ts";
import { documentStore } from "../state/documentStore.ts";
import { runStore } from "../state/runStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { announce } from "../ui/announce.ts";
import { showToast } from "../ui/toastStore.ts";
import { continueRun } from "./continueRun.ts";
import { openExport } from "./exportStore.ts";
import { openLearningRateFinder } from "./learningRateFinderStore.ts";
import { obstacleAction } from "./obstacleAction.ts";
import { findObstacle, isPaused, isTraining } from "./runQueries.ts";
import * as training from "./trainingClient.ts";
import { closeTrainingSettings, openTrainingSettings } from "./trainingSettingsStore.ts";
import { readRunState } from "./useRunState.ts";

const isOpen = () => sessionStore.getState().view !== "start";

export const runCommands = [
  defineCommand({
    id: "training.start",
    title: "Train",
    group: "Training",
    shortcut: "Mod+Enter",
    inTextFields: true,
    keywords: "run fit start learn",
    isEnabled: () => isOpen() && !isTraining(),
    run: startTraining,
  }),
  defineCommand({
    id: "training.pause",
    title: "Pause training",
    group: "Training",
    isEnabled: () => isTraining() && !isPaused(),
    run: () => training.pause(),
  }),
  defineCommand({
    id: "training.resume",
    title: "Resume training",
    group: "Training",
    isEnabled: isPaused,
    run: () => training.resume(),
  }),
  defineCommand({
    id: "training.continue",
    title: "Continue the newest run",
    group: "Training",
    keywords: "resume go on more epochs checkpoint",
    isEnabled: () => isOpen() && !isTraining() && hasCheckpoint(),
    run: continueNewest,
  }),
  defineCommand({
    id: "training.stop",
    title: "Stop training",
    group: "Training",
    shortcut: "Mod+.",
    inTextFields: true,
    isEnabled: () => isTraining(),
    run: () => training.stop(),
  }),
  defineCommand({
    id: "training.checkpoint",
    title: "Keep the run now",
    group: "Training",
    keywords: "checkpoint save sleep",
    isEnabled: () => isTraining(),
    run: () => training.keepRun(),
  }),
  defineCommand({
    id: "training.settings",
    title: "Training settings",
    group: "Training",
    keywords: "optimizer learning rate batch size epochs seed early stopping",
    isEnabled: isOpen,
    run: openTrainingSettings,
  }),
  defineCommand({
    id: "training.findLearningRate",
    title: "Find a learning rate",
    group: "Training",
    keywords: "range test finder suggest step size",
    isEnabled: () => isOpen() && !isTraining(),
    run: findLearningRate,
  }),
  defineCommand({
    id: "export.open",
    title: "Export…",
    group: "Export",
    shortcut: "Mod+Shift+E",
    inTextFields: true,
    isEnabled: isOpen,
    run: () => openExport({ kind: "typescript" }),
  }),
  ...(["typescript", "keras", "model", "curves"] as const).map((kind) =>
    defineCommand({
      id: `export.${kind}`,
      title: `Export ${{ typescript: "TypeScript", keras: "Keras (Python)", model: "the trained model", curves: "a run’s curves" }[kind]}…`,
      group: "Export",
      keywords: kind === "curves" ? "tensorboard csv metrics events" : "",
      isEnabled: () =>
        isOpen() &&
        (kind === "model" || kind === "curves"
          ? runStore.getState().runs.some((run) => run.status !== "running")
          : Object.keys(documentStore.getState().document.graph.nodes).length > 0),
      run: () => openExport({ kind }),
    }),
  ),
];

const hasCheckpoint = (): boolean => Boolean(runStore.getState().runs[0]?.checkpoint);

async function continueNewest(): Promise<void> {
  const [newest] = runStore.getState().runs;
  const state = newest && (await readRunState(newest.id));
  if (!newest || !state) return;
  const session = sessionStore.getState();
  if (session.view === "design") session.showDockTab("run");
  await continueRun(newest, state);
}

function findLearningRate(): void {
  const obstacle = findObstacle();
  if (obstacle === null) {
    closeTrainingSettings();
    openLearningRateFinder();
    return;
  }
  const action = obstacleAction(obstacle);
  showToast({
    tone: "warning",
    message: obstacle.message,
    ...(action === null ? {} : { action }),
  });
}

async function startTraining(): Promise<void> {
  const session = sessionStore.getState();
  const obstacle = findObstacle();
  if (obstacle !== null) {
    const action = obstacleAction(obstacle);
    showToast({
      tone: "warning",
      message: obstacle.message,
      ...(action === null ? {} : { action }),
    });
    return;
  }
  if (session.view === "design") session.showDockTab("run");
  // A run belongs to a project that can be found again: an untouched template becomes a draft now.
  const { location, saveState } = documentStore.getState();
  if (location === null && saveState.phase === "saved") void keepOpenProject();
  // Refusals are told by the client itself.
  const started = await training.startTraining();
  if (!started.ok) return;
  // The data has no place for curves: show them where they grow.
  if (sessionStore.getState().view === "data") sessionStore.getState().showView("runs");
  announce("Training started");
}

import type { TrainingActivity } from "#shared/host/contract.ts";
import { selectProgress } from "#shared/training/runReducer.ts";
import { chooserStore } from "../host/chooseFile.ts";
import { host } from "../host/hostClient.ts";
import { runStore, type ActiveRun } from "../state/runStore.ts";

/** A report that comes late, or a checkpoint that a full disk refused, must not keep a window open for ever. */
const maxSavingMs = 5000;
/** The shell draws the progress; more often than this nobody sees. */
const tellEveryMs = 1000;

/**
 * Makes a run felt outside of the page: percent in the window's title, no sleep meanwhile, a question before the page
 * is left, and the same told to the desktop shell, which has a tray and its own question.
 */
export function followActivity(): void {
  const plainTitle = document.title;
  let told: TrainingActivity = { phase: "idle", title: "", progress: 0 };
  let toldAtMs = -Infinity;
  let ending: EndingRun | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepAwake = createWakeLock();

  function refresh(): void {
    const { active } = runStore.getState();
    ending = noteEnding(ending, active);
    const activity = describeActivity(active, ending);
    document.title = describeTitle(activity) ?? plainTitle;
    keepAwake(activity.phase === "running");
    clearTimeout(timer);
    if (ending !== null && activity.phase === "saving") timer = setTimeout(refresh, maxSavingMs);
    const isNew = activity.phase !== told.phase;
    const isFurther =
      Math.floor(100 * activity.progress) !== Math.floor(100 * told.progress) &&
      performance.now() - toldAtMs >= tellEveryMs;
    if (!isNew && !isFurther) return;
    told = activity;
    toldAtMs = performance.now();
    if (chooserStore.getState().session?.shell === "electron") void host.tellTraining(activity);
  }

  runStore.subscribe(refresh);
  addEventListener("beforeunload", (event) => {
    // The desktop shell asks by itself, with more answers.
    if (told.phase === "idle" || chooserStore.getState().session?.shell === "electron") return;
    event.preventDefault();
  });
}

/** A run that has ended, and what was its last checkpoint at that moment: the next one is the end's own. */
export interface EndingRun {
  readonly id: string;
  readonly atMs: number;
  readonly checkpoint: unknown;
}

export function noteEnding(known: EndingRun | null, active: ActiveRun | null): EndingRun | null {
  if (active === null || active.state.ended === null || active.released) return null;
  if (known?.id === active.info.id) return known;
  return { id: active.info.id, atMs: performance.now(), checkpoint: active.state.checkpoint };
}

export function describeActivity(
  active: ActiveRun | null,
  ending: EndingRun | null,
): TrainingActivity {
  if (active === null) return { phase: "idle", title: "", progress: 0 };
  const { state, info } = active;
  const title = info.projectName.slice(0, 500);
  const progress = Math.min(1, Math.max(0, selectProgress(state)));
  if (state.phase === "paused") return { phase: "paused", title, progress };
  if (state.phase !== "ended") return { phase: "running", title, progress };
  if (active.released) return { phase: "saving", title, progress };
  const isSaved =
    ending === null ||
    state.ended?.hasWeights !== true ||
    state.checkpoint !== ending.checkpoint ||
    performance.now() - ending.atMs >= maxSavingMs;
  return { phase: isSaved ? "idle" : "saving", title, progress };
}

/** "42 % · Digits"; null where nothing is trained. */
export function describeTitle({ phase, progress, title }: TrainingActivity): string | null {
  const percent = `${Math.floor(100 * progress)} %`;
  if (phase === "running") return `${percent} · ${title}`;
  return phase === "paused" ? `Paused at ${percent} · ${title}` : null;
}

/** The screen's wake lock, where browsers have one; it is lost while the page is hidden and taken again after. */
function createWakeLock(): (isWanted: boolean) => void {
  let isWanted = false;
  let lock: WakeLockSentinel | null = null;
  const take = async (): Promise<void> => {
    if (!isWanted || lock !== null || document.visibilityState !== "visible") return;
    try {
      const taken = await navigator.wakeLock.request("screen");
      lock = taken;
      taken.addEventListener("release", () => {
        lock = null;
      });
      // The run may have ended while the browser thought about it.
      if (!isWanted) void taken.release();
    } catch {
      // A low battery or a setting forbids it: then the machine sleeps, and the run goes on after.
    }
  };
  document.addEventListener("visibilitychange", () => void take());
  return (wanted) => {
    if (wanted === isWanted) return;
    isWanted = wanted && "wakeLock" in navigator;
    if (isWanted) void take();
    else void lock?.release();
  };
}

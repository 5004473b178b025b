import type { TrainingActivity } from "#shared/host/contract.ts";

/** What the guard may do to the machine and the window; main.ts gives Electron's own, tests a stand-in. */
export interface TrainingShell {
  /** Keeps the machine from sleeping; returns the way to let it again. */
  keepAwake(): () => void;
  /** Asks what is to become of the run; the answer may take as long as it likes. */
  ask(): Promise<CloseAnswer>;
  /** Takes the window off the screen and shows that training goes on, and how to get the window back. */
  hideWindow(): void;
  /** In the tray, while the window is hidden. */
  showProgress(text: string): void;
  removeTray(): void;
  /** 0 to 1 in the taskbar or dock; null: none. */
  setProgressBar(fraction: number | null): void;
  /** The page's own command: ends the run and keeps it. */
  stopTraining(): void;
  /** Closes the window, or quits where that was wanted; asks again whether it may. */
  close(): void;
}

export type CloseAnswer = "background" | "stop" | "cancel";

/** While a network is trained: the machine stays awake, and closing the window is a question. */
export interface TrainingGuard {
  /** The page tells how its run goes. */
  update(activity: TrainingActivity): void;
  /** The page was reloaded or crashed: there is no run any more. */
  forget(): void;
  /** Whether the window may close now. Where it may not, it asks, and closes later by itself if that is the answer. */
  mayClose(): boolean;
  /** The window is on the screen again. */
  noteShown(): void;
}

/** After this, a run that is asked to stop no longer keeps the window: its last checkpoint is there. */
const maxStopMs = 10_000;

const idle: TrainingActivity = { phase: "idle", title: "", progress: 0 };

export function createTrainingGuard(shell: TrainingShell): TrainingGuard {
  let activity = idle;
  let release: (() => void) | null = null;
  let isAsking = false;
  let isHidden = false;
  let closing: ReturnType<typeof setTimeout> | null = null;

  function update(next: TrainingActivity): void {
    activity = next;
    // Paused is not training: somebody who pauses may well want the machine to sleep.
    const isRunning = next.phase === "running" || next.phase === "saving";
    if (isRunning) release ??= shell.keepAwake();
    else {
      release?.();
      release = null;
    }
    shell.setProgressBar(next.phase === "idle" ? null : next.progress);
    if (isHidden) shell.showProgress(describeActivity(next));
    if (next.phase === "idle" && closing !== null) closeNow();
  }

  function closeNow(): void {
    if (closing !== null) clearTimeout(closing);
    closing = null;
    // The run is over or was given time enough: there is nothing left to ask about.
    activity = idle;
    shell.close();
  }

  async function ask(): Promise<void> {
    isAsking = true;
    const answer = await shell.ask();
    isAsking = false;
    switch (answer) {
      case "background":
        isHidden = true;
        shell.hideWindow();
        shell.showProgress(describeActivity(activity));
        return;
      case "stop":
        if (activity.phase === "idle") {
          shell.close();
          return;
        }
        closing = setTimeout(closeNow, maxStopMs);
        shell.stopTraining();
        return;
      case "cancel":
        return;
    }
  }

  return {
    update,
    forget: () => update(idle),
    mayClose() {
      if (activity.phase === "idle") return true;
      if (!isAsking && closing === null) void ask();
      return false;
    },
    noteShown() {
      if (isHidden) shell.removeTray();
      isHidden = false;
    },
  };
}

/** "Netloom · 42 % · Digits": for the tray. */
function describeActivity({ phase, progress, title }: TrainingActivity): string {
  const name = title === "" ? "" : ` · ${title}`;
  switch (phase) {
    case "idle":
      return `Netloom · training has ended${name}`;
    case "paused":
      return `Netloom · paused at ${Math.floor(100 * progress)} %${name}`;
    case "running":
    case "saving":
      return `Netloom · ${Math.floor(100 * progress)} %${name}`;
  }
}

/** The hand on a run's switch. Acts at the next step: the weights are whole then. */
export interface TrainingControl {
  pause(): void;
  resume(): void;
  /** Ends the run after the step under way, keeping its weights. */
  stop(): void;
  /** Asks for a checkpoint at the next step. */
  askForCheckpoint(): void;
  /** Whether one was asked for since the last call. */
  takeCheckpointRequest(): boolean;
  readonly state: "running" | "paused" | "stopping";
  /** Resolves at once while running, and when a pause ends. */
  waitWhilePaused(): Promise<void>;
}

export function createTrainingControl(): TrainingControl {
  let state: TrainingControl["state"] = "running";
  const wake: (() => void)[] = [];
  let wantsCheckpoint = false;
  const change = (next: TrainingControl["state"]) => {
    if (state === "stopping") return;
    state = next;
    if (next === "paused") return;
    for (const resolve of wake.splice(0)) resolve();
  };
  return {
    pause: () => change("paused"),
    resume: () => change("running"),
    stop: () => change("stopping"),
    askForCheckpoint: () => void (wantsCheckpoint = true),
    takeCheckpointRequest() {
      const wanted = wantsCheckpoint;
      wantsCheckpoint = false;
      return wanted;
    },
    get state() {
      return state;
    },
    waitWhilePaused: () =>
      state === "paused"
        ? new Promise((resolve) => {
            wake.push(resolve);
          })
        : Promise.resolve(),
  };
}

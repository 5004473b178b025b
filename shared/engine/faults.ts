import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { RunFailureCode } from "../training/events.ts";
import { describeMemoryParts, formatMemory } from "../training/memoryNeeds.ts";
import { measurePlanMemory } from "../training/planMemory.ts";
import { errorText } from "./buildModel.ts";
import type { Backend } from "./selectBackend.ts";

/** Why a run can't go on, in a sentence for people. Thrown inside the engine only; runs turn it into their last event. */
export class RunFault extends Error {
  readonly code: RunFailureCode;
  /** Samples of a step that would fit the device, where they did not. */
  readonly fittingBatch: number | null;
  constructor(code: RunFailureCode, message: string, fittingBatch: number | null = null) {
    super(message);
    this.code = code;
    this.fittingBatch = fittingBatch;
  }
}

/** Numbers that are none; what is to blame is found out when the run has ended. */
export class NotFiniteFault extends RunFault {
  /** Both 1-based; null where no step is to blame, as in validation. */
  readonly place: { readonly epoch: number; readonly step: number } | null;
  readonly fact: string;
  readonly remedy: string;
  constructor(place: NotFiniteFault["place"], fact: string, remedy: string) {
    super("not-finite", `${fact} ${remedy}`);
    this.place = place;
    this.fact = fact;
    this.remedy = remedy;
  }
}

/** What a run is of, so that a fault can say what to change. */
export interface FaultContext {
  readonly plan: ModelPlan;
  readonly config: TrainingConfig;
  /** Its training part lies on the device as well, where it is not too large. */
  readonly dataset?: Pick<Dataset, "summary">;
}

/** Gives any error a code and a sentence that says what to do. */
export function toRunFault(error: unknown, context: FaultContext): RunFault {
  if (error instanceof RunFault) return error;
  const text = errorText(error);
  if (isAboutMemory(text)) return outOfMemory(context);
  if (/device (was |is )?lost|context lost|device.*destroyed/i.test(text)) {
    return deviceLost(text);
  }
  return new RunFault("internal", `Training stopped on an unexpected error: ${text}`);
}

/** In the words of browsers, of Node and of Dawn, whose mapped buffers throw where memory is out. */
function isAboutMemory(text: string): boolean {
  return /out of memory|out-of-memory|failed to allocate|allocation failed|invalid (typed )?array length|outofmemory/i.test(
    text,
  );
}

/** No device tells how much it lacked: a batch that takes half of the memory is the next thing to try. */
function outOfMemory({ plan, config, dataset }: FaultContext): RunFault {
  const summary = dataset?.summary ?? null;
  const needs = measurePlanMemory(plan, config, { summary, tensorBytes: null });
  if (needs === null) {
    return new RunFault("out-of-memory", "The device ran out of memory. Use a smaller batch.");
  }
  const { batchSize, heaviest } = needs;
  const isFixed = findFixedBatch(plan) !== null;
  const smaller = Math.floor(batchSize / 2);
  const remedy =
    smaller === 0
      ? "Use a smaller model, or an optimizer that keeps less."
      : isFixed
        ? `Fix the Inputs' batch at ${smaller} instead of ${batchSize}, or use a smaller model.`
        : `Use a batch of ${smaller} instead of ${batchSize}, or a smaller model.`;
  return new RunFault(
    "out-of-memory",
    `The device ran out of memory. Training needs about ${formatMemory(needs.total)} (${describeMemoryParts(needs)}); most of it goes to ${heaviest.layer}, ${formatMemory(heaviest.bytes)}. ${remedy}`,
    smaller > 0 && !isFixed ? smaller : null,
  );
}

/** A driver that is out of memory may take the whole device away: that a new one would have more is not to be hoped. */
function lostFault(reason: string, context: FaultContext): RunFault {
  return isAboutMemory(reason) ? outOfMemory(context) : deviceLost(reason);
}

function deviceLost(reason: string): RunFault {
  return new RunFault(
    "device-lost",
    `The GPU device was lost (${reason.trim() || "no reason given"}). Start the training again; if it happens again, use a smaller batch or restart the application.`,
  );
}

/** Watches the backend for what tfjs would swallow; `guard` makes an awaited read fail as soon as that happens. */
export interface FaultWatch {
  readonly guard: <T>(promise: Promise<T>) => Promise<T>;
  /** Throws what has been seen, if anything. */
  check(): void;
  isDeviceLost(): boolean;
  close(): void;
}

export function watchFaults(backend: Backend, context: FaultContext): FaultWatch {
  let seen: RunFault | null = null;
  let isLost = false;
  // No `Promise.race` with one lasting promise: that would hold on to every step's until the run ends.
  const waiting = new Set<(fault: RunFault) => void>();
  const close = backend.onFault((fault) => {
    if (fault.code === "device-lost") isLost = true;
    seen ??=
      fault.code === "device-lost"
        ? lostFault(fault.message, context)
        : fault.code === "out-of-memory"
          ? outOfMemory(context)
          : /limit|exceed|larger than|too large/i.test(fault.message)
            ? new RunFault(
                "limits",
                `The model asks more of this GPU than it allows (${fault.message.split("\n")[0]}). Use a batch of ${Math.max(1, Math.floor(context.config.batchSize / 2))} or smaller layers.`,
              )
            : new RunFault("internal", `The GPU refused a command: ${fault.message}`);
    for (const reject of waiting) reject(seen);
    waiting.clear();
  });
  return {
    guard: async <T>(promise: Promise<T>): Promise<T> => {
      let stop: (fault: RunFault) => void = () => {};
      try {
        return await new Promise<T>((resolve, reject) => {
          stop = reject;
          waiting.add(reject);
          if (seen) reject(seen);
          promise.then(resolve, reject);
        });
      } finally {
        waiting.delete(stop);
      }
    },
    check() {
      if (seen) throw seen;
    },
    isDeviceLost: () => isLost,
    close,
  };
}

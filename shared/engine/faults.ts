import type { RunFailureCode } from "../training/events.ts";
import { errorText } from "./buildModel.ts";
import type { Backend } from "./selectBackend.ts";

/** Why a run can't go on, in a sentence for people. Thrown inside the engine only; runs turn it into their last event. */
export class RunFault extends Error {
  readonly code: RunFailureCode;
  constructor(code: RunFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Gives any error a code and a sentence that says what to do. */
export function toRunFault(error: unknown, context: { readonly batchSize: number }): RunFault {
  if (error instanceof RunFault) return error;
  const text = errorText(error);
  if (/out of memory|allocation failed|invalid (typed )?array length|outofmemory/i.test(text)) {
    return outOfMemory(context.batchSize);
  }
  if (/device (was |is )?lost|context lost|device.*destroyed/i.test(text)) {
    return deviceLost(text);
  }
  return new RunFault("internal", `Training stopped on an unexpected error: ${text}`);
}

function outOfMemory(batchSize: number): RunFault {
  return new RunFault(
    "out-of-memory",
    `The device ran out of memory. Use a smaller batch (now ${batchSize}) or a smaller model.`,
  );
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

export function watchFaults(backend: Backend, context: { readonly batchSize: number }): FaultWatch {
  let seen: RunFault | null = null;
  let reject: (fault: RunFault) => void = () => {};
  const failure = new Promise<never>((_, onFailure) => {
    reject = onFailure;
  });
  failure.catch(() => {});
  const close = backend.onFault((fault) => {
    seen ??=
      fault.code === "device-lost"
        ? deviceLost(fault.message)
        : fault.code === "out-of-memory"
          ? outOfMemory(context.batchSize)
          : /limit|exceed|larger than|too large/i.test(fault.message)
            ? new RunFault(
                "limits",
                `The model asks more of this GPU than it allows (${fault.message.split("\n")[0]}). Use a smaller batch or smaller layers.`,
              )
            : new RunFault("internal", `The GPU refused a command: ${fault.message}`);
    reject(seen);
  });
  return {
    guard: (promise) => Promise.race([promise, failure]),
    check() {
      if (seen) throw seen;
    },
    isDeviceLost: () => seen?.code === "device-lost",
    close,
  };
}

import { spawn } from "node:child_process";
import type { Order, Outcome } from "./contender.ts";
import type { DeviceLimits } from "./deviceLimits.ts";

/** Where orders are carried out, each in a process or a browser of its own. */
export interface Site {
  /** What the device there can do at best. */
  readLimits(): Promise<DeviceLimits>;
  /** Throws with what the process said where it failed. */
  run(order: Order): Promise<Outcome>;
}

/** Fresh Node processes; `child` is the bundle of child.ts. */
export function inNode(child: string): Site {
  return {
    // Both written by child.ts.
    readLimits: async () => (await runChild(child, "limits")) as DeviceLimits,
    run: async (order) => (await runChild(child, order)) as Outcome,
  };
}

/** A process that hangs is ended after this much more than its budget. */
const patienceMs = 300_000;

function runChild(child: string, order: Order | "limits"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timeout = patienceMs + (order === "limits" ? 0 : order.budgetMs);
    const running = spawn(process.execPath, [child, JSON.stringify(order)], {
      timeout,
      killSignal: "SIGKILL",
    });
    let said = "";
    let complained = "";
    running.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    running.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
    running.on("error", reject);
    running.on("close", (code, signal) => {
      const last = said.trim().split("\n").at(-1) ?? "";
      if (code === 0 && last.startsWith("{")) resolve(JSON.parse(last));
      else if (signal === "SIGKILL") reject(new Error(`gave no answer in ${timeout / 1000} s`));
      else reject(new Error(complained.trim().slice(-600) || `ended with ${code}`));
    });
  });
}

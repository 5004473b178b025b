import { installNodeWebgpu } from "../../../electron/services/nodeWebgpu.ts";
import type { Order } from "./contender.ts";
import { measureDeviceLimits } from "./deviceLimits.ts";

/** A fresh Node process with one contender: the order comes as JSON, the outcome goes out as the last line. */
const order = JSON.parse(process.argv[2] ?? "{}") as Order | "limits"; // Written by `runChild`, nobody else.

if (order !== "limits" && order.device === "null") await installNullDevice();
else {
  const installed = await installNodeWebgpu();
  if (!installed.ok) throw new Error(installed.error.message);
}
process.stdout.write(`\n${JSON.stringify(await answer())}\n`);
process.exit(0);

async function answer(): Promise<unknown> {
  if (order === "limits") return measureDeviceLimits();
  // Imported only now: tfjs registers its WebGPU backend at import, where there is one.
  const { measureContender } = await import("./measureContender.ts");
  return measureContender(order, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  });
}

/** Dawn's device that computes nothing: what is left is the processor's side of every command. */
async function installNullDevice(): Promise<void> {
  const dawn = await import("webgpu");
  const gpu = dawn.create(["backend=null"]);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, "navigator", {
    value: { userAgent: "Node.js", gpu },
    configurable: true,
  });
}

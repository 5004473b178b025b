import { installNodeWebgpu } from "../../../electron/services/nodeWebgpu.ts";
import type { Order } from "./contender.ts";
import { measureDeviceLimits } from "./deviceLimits.ts";

/** A fresh Node process with one contender: the order comes as JSON, the outcome goes out as the last line. */
const order = JSON.parse(process.argv[2] ?? "{}") as Order | "limits"; // Written by `runChild`, nobody else.

if (order === "limits") process.exit(await tellLimits());
if (order.device === "null") await installNullDevice();
else await installDevice();
// Imported only now: tfjs registers its WebGPU backend at import, where there is one.
const { measureContender } = await import("./measureContender.ts");
const outcome = await measureContender(order, () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
});
process.stdout.write(`\n${JSON.stringify(outcome)}\n`);
process.exit(0);

async function installDevice() {
  const installed = await installNodeWebgpu();
  if (!installed.ok) throw new Error(installed.error.message);
  return installed.value;
}

async function tellLimits(): Promise<number> {
  const { adapter: device, isSoftware } = await installDevice();
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("There is no adapter.");
  const limits = await measureDeviceLimits(await adapter.requestDevice());
  process.stdout.write(`\n${JSON.stringify({ device, isSoftware, ...limits })}\n`);
  return 0;
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

import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import type { Backend } from "#shared/engine/selectBackend.ts";
import { CliFailure } from "./io.ts";

/**
 * The asked-for backend, or the best one: WebGPU where a real GPU is, else the processor. An emulated adapter is taken
 * only when asked for, because plain JavaScript is no slower and starts at once.
 */
export async function startBackend(wanted: "webgpu" | "cpu" | null): Promise<Backend> {
  // Loaded here, because commands without numbers need not wait for it.
  const { selectBackend } = await import("#shared/engine/selectBackend.ts");
  if (wanted === "cpu") return selectBackend("cpu");
  const installed = await installNodeWebgpu();
  if (!installed.ok) {
    if (wanted === "webgpu") throw new CliFailure(1, installed.error.message);
    return selectBackend("cpu");
  }
  if (wanted === null && installed.value.isSoftware) {
    installed.value.release();
    return selectBackend("cpu");
  }
  const backend = await selectBackend("webgpu");
  if (wanted === "webgpu" && backend.name !== "webgpu") {
    throw new CliFailure(1, backend.note ?? "WebGPU could not be started.");
  }
  return backend;
}

import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { awaitPrograms, compileOnlyFlag } from "./dispatch.ts";

/**
 * Compiles every program that `run` would use, beside each other instead of one after another, and runs none: tensors
 * that it makes hold nothing. `run` must not read a tensor. Resolves when all are compiled.
 */
export async function compilePrograms(backend: WebGPUBackend, run: () => void): Promise<void> {
  tf.env().set(compileOnlyFlag, true);
  try {
    run();
  } finally {
    tf.env().set(compileOnlyFlag, false);
    await Promise.all([awaitStockPrograms(backend), awaitPrograms(backend)]);
  }
}

/**
 * As `checkCompileCompletionAsync` of tfjs, but one program that can't be compiled does not leave promises behind in
 * place of all the others (src/backend_webgpu.ts of 4.22).
 */
async function awaitStockPrograms(backend: WebGPUBackend): Promise<void> {
  // Private in tfjs's types.
  const cache = Reflect.get(backend, "pipelineCache") as Record<string, unknown>;
  await Promise.all(
    Object.entries(cache).map(async ([key, pipeline]) => {
      if (!(pipeline instanceof Promise)) return;
      try {
        cache[key] = await pipeline;
      } catch {
        Reflect.deleteProperty(cache, key);
      }
    }),
  );
}

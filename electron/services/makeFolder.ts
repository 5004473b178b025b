import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { readErrorCode } from "./hostProblem.ts";

/**
 * The folder and those that it lies in, where they are missing. Node's own `recursive` never ends where a folder that
 * exists lets none be made in it and says that there is none (`/proc`).
 */
export async function makeFolder(folder: string): Promise<void> {
  const isThere = (await stat(folder).catch(() => null))?.isDirectory() === true;
  if (isThere) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another may have made it meanwhile; a file of that name is a fault.
    const isMade = (await stat(folder).catch(() => null))?.isDirectory() === true;
    if (readErrorCode(error) !== "EEXIST" || !isMade) throw error;
  }
}

import { mkdir, realpath } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { atomicWrite, type WriteOptions } from "./atomicWrite.ts";
import { checkNewName } from "./fileNames.ts";
import type { Handles } from "./handles.ts";
import { fileProblem, problem } from "./hostProblem.ts";
import { bodyLimits, BodyTooLarge, tooLarge } from "./requestBody.ts";

/** Exports: each goes into a new folder, so that nothing of the user's can be overwritten. */
export interface ExportFolders {
  create(
    directory: string,
    name: string,
  ): Promise<Result<{ handle: string; location: string }, HostProblem>>;
  writeFile(
    handle: string,
    name: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<Result<Record<string, never>, HostProblem>>;
}

export function createExportFolders(handles: Handles, write: WriteOptions): ExportFolders {
  /** Folders made by this process; writing into them ends with it. */
  const made = new Map<string, string>();

  /** `directory` is a folder chosen for exports, or one being looked at. */
  async function findParent(directory: string): Promise<Result<string, HostProblem>> {
    const chosen = await handles.find(directory, ["export"]);
    if (chosen.ok) return ok(chosen.value.path);
    const browsed = handles.findBrowsed(directory);
    return browsed.ok ? browsed : chosen;
  }

  return {
    async create(directory, name) {
      const checked = checkNewName(name);
      if (!checked.ok) return checked;
      const parent = await findParent(directory);
      if (!parent.ok) return parent;
      try {
        const location = path.join(await realpath(parent.value), name);
        await mkdir(location);
        const handle = randomBytes(16).toString("hex");
        made.set(handle, location);
        return ok({ handle, location });
      } catch (error) {
        return fileProblem(error, "create the folder", name);
      }
    },

    async writeFile(handle, name, content) {
      const folder = made.get(handle);
      if (folder === undefined) {
        return problem("not-found", "That export is over. Start it again.");
      }
      const checked = checkNewName(name);
      if (!checked.ok) return checked;
      try {
        // Moved away or replaced by a link meanwhile: not the folder we made.
        if ((await realpath(folder)) !== folder) {
          return problem("no-access", `${folder} was replaced by a link. Start the export again.`);
        }
        await atomicWrite(path.join(folder, name), content, { ...write, mode: 0o644 });
        return ok({});
      } catch (error) {
        if (error instanceof BodyTooLarge) return tooLarge(bodyLimits.file);
        return fileProblem(error, "export", name);
      }
    },
  };
}

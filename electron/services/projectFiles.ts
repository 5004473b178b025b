import { constants } from "node:fs";
import { access, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { HostProblem, OpenedProject, SaveRequest } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { fileHandle } from "#shared/base/ids.ts";
import { peekFileVersion } from "#shared/project/parseProject.ts";
import { fileVersion } from "#shared/project/projectFile.ts";
import { atomicWrite, type WriteOptions } from "./atomicWrite.ts";
import { hashBytes } from "./dataFiles.ts";
import { fileProblem, problem, readErrorCode } from "./hostProblem.ts";
import type { Handles } from "./handles.ts";
import type { KeyedLock } from "./keyedLock.ts";
import { bodyLimits } from "./requestBody.ts";

/** Project files on disk. A file that changed since it was read, or that a newer Netloom wrote, is never overwritten. */
export interface ProjectFiles {
  open(handle: string): Promise<Result<OpenedProject, HostProblem>>;
  save(request: SaveRequest): Promise<Result<{ revision: string }, HostProblem>>;
  /** The revision now on disk; null where there is no such file. */
  readRevision(handle: string): Promise<string | null>;
}

export interface ProjectFileSettings {
  readonly handles: Handles;
  readonly lock: KeyedLock;
  readonly write: WriteOptions;
}

const projectPurposes = ["open-project", "save-project"] as const;

export function createProjectFiles({ handles, lock, write }: ProjectFileSettings): ProjectFiles {
  async function writeProject(
    place: string,
    label: string,
    { text, expectedRevision }: Pick<SaveRequest, "text" | "expectedRevision">,
  ): Promise<Result<{ revision: string }, HostProblem>> {
    const current = await readCurrent(place);
    if (current !== null) {
      if (hashBytes(current.bytes) !== expectedRevision) {
        return problem(
          "changed-on-disk",
          expectedRevision === null
            ? `${label} exists already. Choose another name, or open it first.`
            : `${label} was changed on disk by another program since it was opened. Save under another name, or reload it.`,
        );
      }
      if ((peekFileVersion(decode(current.bytes) ?? "") ?? 0) > fileVersion) {
        return problem(
          "newer-version",
          `${label} was written by a newer Netloom, whose additions this one would lose. Save under another name, or update Netloom.`,
        );
      }
      // A rename would replace even a write-protected file.
      await access(place, constants.W_OK);
    }
    const bytes = new TextEncoder().encode(text);
    await atomicWrite(place, bytes, { ...write, mode: current?.mode ?? 0o644 });
    return ok({ revision: hashBytes(bytes) });
  }

  return {
    async open(handle) {
      const grant = await handles.find(handle, projectPurposes);
      if (!grant.ok) return grant;
      const { path: place, label } = grant.value;
      try {
        const info = await stat(place);
        if (info.size > bodyLimits.text) {
          return problem("too-large", `${label} has ${info.size} bytes, too many for a project.`);
        }
        const bytes = await readFile(place);
        const text = decode(bytes);
        if (text === null) {
          return problem("bad-request", `${label} is not a text file, so not a Netloom project.`);
        }
        return ok({
          handle: fileHandle(handle),
          label,
          location: path.dirname(place),
          text,
          revision: hashBytes(bytes),
          isReadOnly: !(await isWritable(place)),
        });
      } catch (error) {
        return fileProblem(error, "open", label);
      }
    },

    async save(request) {
      const grant = await handles.find(request.handle, projectPurposes);
      if (!grant.ok) return grant;
      const { path: place, label } = grant.value;
      try {
        // Two saves of one file must not both find the revision they expect.
        return await lock(place, () => writeProject(place, label, request));
      } catch (error) {
        return fileProblem(error, "save", label);
      }
    },

    async readRevision(handle) {
      const grant = await handles.find(handle, projectPurposes);
      if (!grant.ok) return null;
      const bytes = await readFile(grant.value.path).catch(() => null);
      return bytes === null ? null : hashBytes(bytes);
    },
  };
}

async function readCurrent(place: string) {
  try {
    // Should the file have become a link since it was chosen, the link would be replaced: refuse.
    if ((await realpath(place)) !== place) {
      throw Object.assign(new Error("The file became a link."), { code: "EACCES" });
    }
    const info = await stat(place);
    return { bytes: await readFile(place), mode: info.mode & 0o777 };
  } catch (error) {
    if (readErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

async function isWritable(place: string): Promise<boolean> {
  try {
    await access(place, constants.W_OK);
    await access(path.dirname(place), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** UTF-8 text, or null for bytes that are none. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

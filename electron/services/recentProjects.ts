import { stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { HostProblem, RecentEntry } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { fileHandle } from "#shared/base/ids.ts";
import type { WriteOptions } from "./atomicWrite.ts";
import type { Handles } from "./handles.ts";
import { readJsonFile, writeJsonFile } from "./jsonFile.ts";
import type { KeyedLock } from "./keyedLock.ts";

const entrySchema = z.object({ handle: z.string(), openedMs: z.number() });
const maximumEntries = 30;

/** Projects opened or saved lately, newest first. */
export interface RecentProjects {
  list(): Promise<RecentEntry[]>;
  /** Failing to remember must not fail the opening: errors are swallowed. */
  remember(handle: string): Promise<void>;
  forget(handle: string): Promise<Result<Record<string, never>, HostProblem>>;
}

export interface RecentSettings {
  readonly file: string;
  readonly handles: Handles;
  readonly lock: KeyedLock;
  readonly nowMs: () => number;
  readonly write: WriteOptions;
}

export function createRecentProjects(settings: RecentSettings): RecentProjects {
  const { file, handles, lock, nowMs, write } = settings;
  const readEntries = async () => (await readJsonFile(file, z.array(entrySchema))) ?? [];

  return {
    async list() {
      const entries = await Promise.all(
        (await readEntries()).map(async ({ handle, openedMs }) => {
          const grant = await handles.find(handle, ["open-project", "save-project"]);
          if (!grant.ok) return null;
          const info = await stat(grant.value.path).catch(() => null);
          return {
            handle: fileHandle(handle),
            label: grant.value.label,
            location: path.dirname(grant.value.path),
            openedMs,
            isMissing: info === null,
          };
        }),
      );
      return entries.filter((entry) => entry !== null);
    },

    async remember(handle) {
      try {
        await lock(file, async () => {
          const others = (await readEntries()).filter((entry) => entry.handle !== handle);
          const entries = [{ handle, openedMs: nowMs() }, ...others].slice(0, maximumEntries);
          await writeJsonFile(file, entries, write);
        });
      } catch {
        // The list is a convenience.
      }
    },

    forget: (handle) =>
      lock(file, async () => {
        const entries = await readEntries();
        await writeJsonFile(
          file,
          entries.filter((entry) => entry.handle !== handle),
          write,
        );
        return ok({});
      }),
  };
}

import { randomBytes } from "node:crypto";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { purposeSchema, type HostProblem, type Purpose } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import type { WriteOptions } from "./atomicWrite.ts";
import { checkName } from "./fileNames.ts";
import { fileProblem, problem } from "./hostProblem.ts";
import { readJsonFile, writeJsonFile } from "./jsonFile.ts";
import type { KeyedLock } from "./keyedLock.ts";

const grantSchema = z.object({
  handle: z.string(),
  path: z.string(),
  kind: z.enum(["file", "folder"]),
  label: z.string(),
  purposes: z.array(purposeSchema),
  usedMs: z.number(),
});

/** What a handle stands for: a place that the user chose, and what for. */
export type Grant = z.infer<typeof grantSchema>;

/** Old grants beyond this many are forgotten, least recently used first. */
const maximumGrants = 500;
const maximumBrowsed = 5_000;

/**
 * The only bridge between the renderer's handles and paths. Handles are random, so that none can be guessed; what was
 * chosen is remembered in the data folder (a project names its data by handle), folders merely looked into are not.
 */
export interface Handles {
  /** Remembers a chosen place. The same place keeps its handle; purposes add up. `path` must be absolute and resolved. */
  grant(place: string, options: GrantOptions): Promise<Grant>;
  /** The place behind a handle if it was chosen for one of `purposes`. */
  find(handle: string, purposes: readonly Purpose[]): Promise<Result<Grant, HostProblem>>;
  /** A handle for a folder on the way to a choice; gone with the process. */
  browse(folder: string): string;
  findBrowsed(handle: string): Result<string, HostProblem>;
}

export interface GrantOptions {
  readonly kind: "file" | "folder";
  readonly purpose: Purpose;
  readonly label?: string;
}

export interface HandleSettings {
  readonly file: string;
  readonly lock: KeyedLock;
  readonly nowMs: () => number;
  readonly write: WriteOptions;
}

export function createHandles({ file, lock, nowMs, write }: HandleSettings): Handles {
  const browsedByHandle = new Map<string, string>();
  const handleByBrowsed = new Map<string, string>();
  const readGrants = async () => (await readJsonFile(file, z.array(grantSchema))) ?? [];

  return {
    grant: (place, { kind, purpose, label = path.basename(place) || place }) =>
      // The file is read anew each time: another Netloom may share the folder.
      lock(file, async () => {
        const grants = await readGrants();
        const known = grants.find((grant) => grant.path === place);
        const granted: Grant = {
          handle: known?.handle ?? makeHandle(),
          path: place,
          kind,
          label,
          purposes: [...new Set([...(known?.purposes ?? []), purpose])],
          usedMs: nowMs(),
        };
        const others = grants
          .filter((grant) => grant !== known)
          .toSorted((left, right) => right.usedMs - left.usedMs);
        await writeJsonFile(file, [granted, ...others].slice(0, maximumGrants), write);
        return granted;
      }),

    async find(handle, purposes) {
      const grant = (await readGrants()).find((candidate) => candidate.handle === handle);
      if (grant === undefined) return unknownHandle();
      if (!purposes.some((purpose) => grant.purposes.includes(purpose))) {
        return problem("no-access", `${grant.label} was not chosen for this. Choose it again.`);
      }
      return ok(grant);
    },

    browse(folder) {
      const known = handleByBrowsed.get(folder);
      if (known !== undefined) return known;
      const handle = makeHandle();
      browsedByHandle.set(handle, folder);
      handleByBrowsed.set(folder, handle);
      for (const [oldest, place] of browsedByHandle) {
        if (browsedByHandle.size <= maximumBrowsed) break;
        browsedByHandle.delete(oldest);
        handleByBrowsed.delete(place);
      }
      return handle;
    },

    findBrowsed(handle) {
      const folder = browsedByHandle.get(handle);
      return folder === undefined ? unknownHandle() : ok(folder);
    },
  };
}

/**
 * The real path of something inside a chosen folder. A name that leads out of it, by itself or through symbolic links,
 * is refused.
 */
export async function resolveInside(
  folder: string,
  name: string,
): Promise<Result<string, HostProblem>> {
  const checked = checkName(name);
  if (!checked.ok) return checked;
  try {
    const base = await realpath(folder);
    const target = await realpath(path.join(base, name));
    if (!isInside(base, target)) {
      return problem(
        "no-access",
        `${name} is a link to a place outside the chosen folder. Choose that place itself.`,
      );
    }
    return ok(target);
  } catch (error) {
    return fileProblem(error, "read", name);
  }
}

export function isInside(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return (
    relative !== "" &&
    relative !== ".." &&
    !relative.startsWith(`..${path.sep}`) &&
    !path.isAbsolute(relative)
  );
}

function makeHandle(): string {
  return randomBytes(16).toString("hex");
}

function unknownHandle() {
  return problem(
    "not-found",
    "Netloom no longer knows that place. Choose the file or folder again.",
  );
}

import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { HostProblem, LibraryBlock } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import type { WriteOptions } from "./atomicWrite.ts";
import { fileProblem, problem } from "./hostProblem.ts";
import { readJsonFile, writeJsonFile } from "./jsonFile.ts";

/** A file of the library: the block file's text with what lists show, so that a list needs no parsing of blocks. */
const entrySchema = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  savedMs: z.number(),
  text: z.string(),
});
type Entry = z.infer<typeof entrySchema>;

/** The user's own blocks, at hand in every project. The host keeps the files; pages check what is in them. */
export interface BlockLibrary {
  /** By name. Files that are no entries are passed over. */
  list(): Promise<LibraryBlock[]>;
  read(id: string): Promise<Result<{ text: string }, HostProblem>>;
  write(
    id: string,
    block: Pick<Entry, "name" | "summary" | "text">,
  ): Promise<Result<{ savedMs: number }, HostProblem>>;
  remove(id: string): Promise<Result<Record<string, never>, HostProblem>>;
}

export interface BlockLibrarySettings {
  readonly folder: string;
  readonly nowMs: () => number;
  readonly write: WriteOptions;
}

export function createBlockLibrary({ folder, nowMs, write }: BlockLibrarySettings): BlockLibrary {
  const locate = (id: string) =>
    /^[a-z0-9][a-z0-9-]{0,79}$/.test(id)
      ? ok(path.join(folder, `${id}.json`))
      : problem("bad-request", "That is not the id of a block in the library.");

  return {
    async list() {
      const names = await readdir(folder).catch((): string[] => []);
      const entries = await Promise.all(
        names
          .filter((name) => name.endsWith(".json") && !name.startsWith("."))
          .map((name) => readJsonFile(path.join(folder, name), entrySchema)),
      );
      return entries
        .filter((entry) => entry !== null)
        .map(({ id, name, summary, savedMs }) => ({ id, name, summary, savedMs }))
        .toSorted((left, right) => left.name.localeCompare(right.name));
    },

    async read(id) {
      const file = locate(id);
      if (!file.ok) return file;
      const entry = await readJsonFile(file.value, entrySchema);
      return entry === null
        ? problem("not-found", "That block is no longer in the library.")
        : ok({ text: entry.text });
    },

    async write(id, block) {
      const file = locate(id);
      if (!file.ok) return file;
      const savedMs = nowMs();
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeJsonFile(file.value, { id, ...block, savedMs } satisfies Entry, write);
        return ok({ savedMs });
      } catch (error) {
        return fileProblem(error, "keep", "the block");
      }
    },

    async remove(id) {
      const file = locate(id);
      if (!file.ok) return file;
      await rm(file.value, { force: true });
      return ok({});
    },
  };
}

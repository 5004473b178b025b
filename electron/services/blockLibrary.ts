import { existsSync } from "node:fs";
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
  /** As it was when it was saved. What counts is the file's name: people copy and rename files. */
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  savedMs: z.number(),
  text: z.string(),
});
type Entry = z.infer<typeof entrySchema>;

/** The user's own blocks, at hand in every project. The host keeps the files; pages check what is in them. */
export interface BlockLibrary {
  /** By name. A file that can't be read is listed under its own name, so that one knows of it and can remove it. */
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

  async function describe(id: string, file: string): Promise<LibraryBlock> {
    const entry = await readJsonFile(path.join(folder, file), entrySchema);
    return entry === null
      ? {
          id,
          name: `${file} (damaged)`,
          summary: "This file of the library can't be read. Remove it, or save the block again.",
          savedMs: 0,
        }
      : { id, name: entry.name, summary: entry.summary, savedMs: entry.savedMs };
  }

  return {
    async list() {
      const names = await readdir(folder).catch((): string[] => []);
      const entries = await Promise.all(
        names.flatMap((file) => {
          const id = file.endsWith(".json") ? file.slice(0, -".json".length) : "";
          return locate(id).ok ? [describe(id, file)] : [];
        }),
      );
      return entries.toSorted((left, right) => left.name.localeCompare(right.name));
    },

    async read(id) {
      const file = locate(id);
      if (!file.ok) return file;
      const entry = await readJsonFile(file.value, entrySchema);
      if (entry !== null) return ok({ text: entry.text });
      return existsSync(file.value)
        ? problem("not-available", `${id}.json in ${folder} is damaged and can't be read.`)
        : problem("not-found", "That block is no longer in the library.");
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

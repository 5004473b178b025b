import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { DraftInfo, HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import type { WriteOptions } from "./atomicWrite.ts";
import { fileProblem, problem } from "./hostProblem.ts";
import { readJsonFile, writeJsonFile } from "./jsonFile.ts";

const draftSchema = z.object({
  projectId: z.string(),
  name: z.string(),
  text: z.string(),
  handle: z.string().nullable(),
  savedMs: z.number(),
});
type Draft = z.infer<typeof draftSchema>;

/** Unsaved work, kept by the application so that a crash loses seconds at most. One draft a project. */
export interface Drafts {
  /** Newest first. */
  list(): Promise<DraftInfo[]>;
  read(projectId: string): Promise<Result<Pick<Draft, "text" | "handle" | "savedMs">, HostProblem>>;
  write(
    projectId: string,
    draft: Pick<Draft, "text" | "handle">,
  ): Promise<Result<{ savedMs: number }, HostProblem>>;
  remove(projectId: string): Promise<Result<Record<string, never>, HostProblem>>;
}

export interface DraftSettings {
  readonly folder: string;
  readonly nowMs: () => number;
  readonly write: WriteOptions;
}

export function createDrafts({ folder, nowMs, write }: DraftSettings): Drafts {
  const locate = (projectId: string) =>
    /^[A-Za-z0-9_-]{1,100}$/.test(projectId)
      ? ok(path.join(folder, `${projectId}.json`))
      : problem("bad-request", "That is not a project's id.");

  return {
    async list() {
      const names = await readdir(folder).catch((): string[] => []);
      const drafts = await Promise.all(
        names
          .filter((name) => name.endsWith(".json") && !name.startsWith("."))
          .map((name) => readJsonFile(path.join(folder, name), draftSchema)),
      );
      return drafts
        .filter((draft) => draft !== null)
        .map(({ projectId, name, handle, savedMs }) => ({ projectId, name, handle, savedMs }))
        .toSorted((left, right) => right.savedMs - left.savedMs);
    },

    async read(projectId) {
      const file = locate(projectId);
      if (!file.ok) return file;
      const draft = await readJsonFile(file.value, draftSchema);
      if (draft === null) return problem("not-found", "There is no unsaved work for that project.");
      return ok({ text: draft.text, handle: draft.handle, savedMs: draft.savedMs });
    },

    async write(projectId, { text, handle }) {
      const file = locate(projectId);
      if (!file.ok) return file;
      const savedMs = nowMs();
      const draft: Draft = { projectId, name: readProjectName(text), text, handle, savedMs };
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeJsonFile(file.value, draft, write);
        return ok({ savedMs });
      } catch (error) {
        return fileProblem(error, "keep", "the unsaved work");
      }
    },

    async remove(projectId) {
      const file = locate(projectId);
      if (!file.ok) return file;
      await rm(file.value, { force: true });
      return ok({});
    },
  };
}

/** The name in a project's text, for lists; a draft may be broken and still worth keeping. */
function readProjectName(text: string): string {
  const untitled = "Untitled";
  try {
    const parsed = z.looseObject({ name: z.string() }).safeParse(JSON.parse(text));
    return parsed.success && parsed.data.name !== "" ? parsed.data.name : untitled;
  } catch {
    return untitled;
  }
}

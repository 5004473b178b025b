import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { z } from "zod";
import { runInfoSchema, type HostProblem, type RunInfo } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { atomicWrite, writeFully, type WriteOptions } from "./atomicWrite.ts";
import { listFiles } from "./dataFiles.ts";
import { checkNewName } from "./fileNames.ts";
import { resolveInside } from "./handles.ts";
import { fileProblem, problem, readErrorCode } from "./hostProblem.ts";
import { readJsonFile, writeJsonFile } from "./jsonFile.ts";
import type { KeyedLock } from "./keyedLock.ts";
import { bodyLimits, BodyTooLarge, tooLarge } from "./requestBody.ts";

type Done = Result<Record<string, never>, HostProblem>;

/**
 * Runs, one folder each: `run.json` (what it is and how it ended), `metrics.jsonl` (every event in order), and the
 * files of its weights. A run that says "running" although nobody reports on it any more is shown as interrupted.
 */
export interface RunFolders {
  create(info: RunInfo, from: Reporter): Promise<Done>;
  /** Newest first; of one project or of all. */
  list(projectId: string | null): Promise<RunInfo[]>;
  read(id: string): Promise<Result<{ info: RunInfo; events: RunEvent[] }, HostProblem>>;
  update(id: string, changes: Partial<RunInfo>, from: Reporter): Promise<Done>;
  append(id: string, events: readonly RunEvent[], from: Reporter): Promise<Done>;
  remove(id: string): Promise<Done>;
  listFiles(id: string): Promise<Result<{ name: string; size: number }[], HostProblem>>;
  locateFile(id: string, name: string): Promise<Result<string, HostProblem>>;
  writeFile(id: string, name: string, content: AsyncIterable<Uint8Array>): Promise<Done>;
}

/** Whose worker trains a run, by what the page calls itself; null where it doesn't. */
export interface Reporter {
  readonly page: string | null;
}

/** An event is kept as it came: the contract's fields are the training module's matter. */
export const runEventsSchema = z.array(z.looseObject({ kind: z.string() })).max(10_000);

export interface RunSettings {
  readonly folder: string;
  readonly lock: KeyedLock;
  readonly nowMs: () => number;
  readonly write: WriteOptions;
  /** The pages connected now, by what they call themselves. */
  readonly listPages: () => readonly (string | null)[];
}

const infoName = "run.json";
const eventsName = "metrics.jsonl";
/** A run that has reported nothing for this long has lost its page, even if some page is still there. */
const silenceMs = 10 * 60_000;

export function createRunFolders(settings: RunSettings): RunFolders {
  const { folder, lock, nowMs, write, listPages } = settings;
  /** When each run that this process took reports of was last heard of, and from which page. */
  const heard = new Map<string, Reporter & { readonly atMs: number }>();
  const hear = (id: string, { page }: Reporter) => heard.set(id, { atMs: nowMs(), page });

  /**
   * A run lives in one page's worker and ends with it. Pages tell who they are: what a page sent last may arrive when it
   * has been reloaded, and whoever is connected then must not be taken for it.
   */
  function isAlive(id: string): boolean {
    const last = heard.get(id);
    if (last === undefined || nowMs() - last.atMs >= silenceMs) return false;
    return last.page === null || listPages().includes(last.page);
  }

  const locate = (id: string) =>
    /^[a-z0-9-]{4,64}$/.test(id)
      ? ok(path.join(folder, id))
      : problem("bad-request", "That is not a run's id.");
  const missing = (id: string) => problem("not-found", `There is no run ${id} any more.`);

  function showStatus(info: RunInfo): RunInfo {
    if (info.status !== "running" || isAlive(info.id)) return info;
    const message = "Netloom was closed, reloaded or crashed before this run ended.";
    return { ...info, status: "interrupted", message: info.message || message };
  }

  /** Runs `task` alone on one run's folder; file errors become problems. */
  async function change(
    id: string,
    action: string,
    task: (place: string) => Promise<Done>,
  ): Promise<Done> {
    const place = locate(id);
    if (!place.ok) return place;
    try {
      return await lock(place.value, () => task(place.value));
    } catch (error) {
      if (error instanceof BodyTooLarge) return tooLarge(bodyLimits.file);
      return fileProblem(error, action, `run ${id}`);
    }
  }
  const readInfo = (place: string) => readJsonFile(path.join(place, infoName), runInfoSchema);

  return {
    create: (info, from) =>
      change(info.id, "start", async (place) => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await mkdir(place, { mode: 0o700 });
        await writeJsonFile(path.join(place, infoName), info, write);
        hear(info.id, from);
        return ok({});
      }),

    async list(projectId) {
      const names = await readdir(folder).catch((): string[] => []);
      const infos = await Promise.all(
        names.filter((name) => locate(name).ok).map((name) => readInfo(path.join(folder, name))),
      );
      return infos
        .filter((info) => info !== null)
        .filter((info) => projectId === null || info.projectId === projectId)
        .map(showStatus)
        .toSorted((left, right) => right.startedMs - left.startedMs);
    },

    async read(id) {
      const place = locate(id);
      if (!place.ok) return place;
      const info = await readInfo(place.value);
      if (info === null) return missing(id);
      return ok({ info: showStatus(info), events: await readEvents(place.value) });
    },

    update: (id, changes, from) =>
      change(id, "update", async (place) => {
        const info = await readInfo(place);
        if (info === null) return missing(id);
        // A run keeps its identity and its snapshot.
        const { id: _id, projectId: _project, snapshot: _snapshot, ...allowed } = changes;
        await writeJsonFile(path.join(place, infoName), { ...info, ...allowed }, write);
        hear(id, from);
        return ok({});
      }),

    append: (id, events, from) =>
      change(id, "record", async (place) => {
        if ((await readInfo(place)) === null) return missing(id);
        await appendLines(path.join(place, eventsName), events, write);
        hear(id, from);
        return ok({});
      }),

    remove: (id) =>
      change(id, "delete", async (place) => {
        // Out of sight at once, even if removing many files is interrupted.
        const doomed = path.join(folder, `.removed-${id}-${randomBytes(4).toString("hex")}`);
        await rename(place, doomed);
        await rm(doomed, { recursive: true, force: true });
        heard.delete(id);
        return ok({});
      }),

    async listFiles(id) {
      const place = locate(id);
      if (!place.ok) return place;
      if ((await stat(place.value).catch(() => null)) === null) return missing(id);
      return ok((await listFiles(place.value)).filter((file) => !isOurs(file.name)));
    },

    async locateFile(id, name) {
      const place = locate(id);
      return place.ok ? resolveInside(place.value, name) : place;
    },

    async writeFile(id, name, content) {
      const checked = checkNewName(name);
      if (!checked.ok) return checked;
      if (isOurs(name)) return problem("bad-request", `${name} is kept by Netloom itself.`);
      const place = locate(id);
      if (!place.ok) return place;
      if ((await readInfo(place.value)) === null) return missing(id);
      // Not under the run's lock: weights take long, and events must not wait for them.
      try {
        await atomicWrite(path.join(place.value, name), content, write);
        return ok({});
      } catch (error) {
        if (error instanceof BodyTooLarge) return tooLarge(bodyLimits.file);
        return fileProblem(error, "save", name);
      }
    },
  };
}

function isOurs(name: string): boolean {
  return name.toLowerCase() === infoName || name.toLowerCase() === eventsName;
}

/** Events from `metrics.jsonl`. A line cut short by a crash is skipped, the others count. */
async function readEvents(place: string): Promise<RunEvent[]> {
  let text: string;
  try {
    text = await readFile(path.join(place, eventsName), "utf8");
  } catch (error) {
    if (readErrorCode(error) === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      // Only this module writes the file, from events that the contract's types describe.
      return typeof parsed === "object" && parsed !== null ? [parsed as RunEvent] : [];
    } catch {
      return [];
    }
  });
}

/** Appends one line per event. After a crash or a full disk left half a line, starts on a new one. */
async function appendLines(
  file: string,
  events: readonly RunEvent[],
  { openForWriting = open }: WriteOptions,
): Promise<void> {
  if (events.length === 0) return;
  const start = (await endsMidLine(file)) ? "\n" : "";
  const text = start + events.map((event) => `${JSON.stringify(event)}\n`).join("");
  const handle = await openForWriting(file, "a", 0o600);
  try {
    await writeFully(handle, new TextEncoder().encode(text));
    // Steps come many a second; what must survive a power cut is each epoch.
    if (events.some((event) => event.kind === "epoch" || event.kind === "ended")) {
      await handle.sync();
    }
  } finally {
    await handle.close();
  }
}

async function endsMidLine(file: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (readErrorCode(error) === "ENOENT") return false;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(new Uint8Array(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { Hono } from "hono";
import type {
  Chosen,
  HostEvent,
  HostProblem,
  Purpose,
  Session,
  TrainingActivity,
} from "#shared/host/contract.ts";
import type { Result } from "#shared/base/result.ts";
import { removeOrphans, type OpenForWriting } from "./atomicWrite.ts";
import { createBlockLibrary } from "./blockLibrary.ts";
import { createChooser, type ShowDialog } from "./chooseFiles.ts";
import { createDataFiles } from "./dataFiles.ts";
import { createDrafts } from "./drafts.ts";
import { createEventHub } from "./eventHub.ts";
import { createExportFolders } from "./exportFolders.ts";
import { createHandles } from "./handles.ts";
import { hostRoutes, type HostServices } from "./hostRoutes.ts";
import { problem } from "./hostProblem.ts";
import { createKeyedLock } from "./keyedLock.ts";
import { createProjectFiles } from "./projectFiles.ts";
import { createProjectWatch } from "./projectWatch.ts";
import { createRecentProjects } from "./recentProjects.ts";
import { sendRendererFile } from "./rendererFiles.ts";
import { reply } from "./replies.ts";
import { createRunFolders } from "./runFolders.ts";
import { createTemplateStore } from "./templateStore.ts";

export interface HostOptions {
  /** Drafts, runs, uploads, recent projects; made if missing. See `findDataFolder`. */
  readonly dataFolder: string;
  readonly templatesFolder: string;
  /** The built renderer. */
  readonly rendererFolder: string;
  readonly version: string;
  readonly shell: Session["shell"];
  /**
   * The system's own file dialog; answers with the path chosen, or null if cancelled. With it, pages can't look around
   * by themselves: browsing and typed paths are switched off.
   */
  readonly showDialog?: ShowDialog;
  /** Whether a request may use the routes under `/api`; absent where the shell lets only its own page in. */
  readonly authorize?: (request: Request) => boolean;
  readonly homeFolder?: string;
  /** Told how the page's training goes, by the page. */
  readonly onTraining?: (activity: TrainingActivity) => void;
  /** For tests: a disk that runs full, a clock. */
  readonly openForWriting?: OpenForWriting;
  readonly nowMs?: () => number;
}

/** The host application: everything that needs the machine, behind one function from request to response. */
export interface Host {
  fetch(request: Request): Promise<Response>;
  /** Tells every page. Events sent before the first page listens are kept for it. */
  emit(event: HostEvent): void;
  /** For the shell: grants a place named on the command line or by the desktop. */
  choosePath(place: string, purpose: Purpose): Promise<Result<Chosen, HostProblem>>;
  close(): void;
}

export async function createHost(options: HostOptions): Promise<Host> {
  const { dataFolder, showDialog, nowMs = Date.now, homeFolder = homedir() } = options;
  const folders = {
    blocks: path.join(dataFolder, "blocks"),
    drafts: path.join(dataFolder, "drafts"),
    runs: path.join(dataFolder, "runs"),
    uploads: path.join(dataFolder, "uploads"),
  };
  for (const folder of [dataFolder, ...Object.values(folders)]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeOrphans(folder);
  }

  const lock = createKeyedLock();
  const write =
    options.openForWriting === undefined ? {} : { openForWriting: options.openForWriting };
  const handles = createHandles({
    file: path.join(dataFolder, "handles.json"),
    lock,
    nowMs,
    write,
  });
  const chooser = createChooser(handles, homeFolder);
  const projects = createProjectFiles({ handles, lock, write });
  const events = createEventHub();
  const services: HostServices = {
    session: {
      version: options.version,
      shell: options.shell,
      platform: process.platform,
      hasNativeDialogs: showDialog !== undefined,
    },
    onTraining: options.onTraining ?? (() => {}),
    authorize: options.authorize ?? (() => true),
    showDialog: showDialog ?? null,
    chooser,
    projects,
    events,
    templates: createTemplateStore(options.templatesFolder),
    recent: createRecentProjects({
      file: path.join(dataFolder, "recent.json"),
      handles,
      lock,
      nowMs,
      write,
    }),
    blocks: createBlockLibrary({ folder: folders.blocks, nowMs, write }),
    drafts: createDrafts({ folder: folders.drafts, nowMs, write }),
    data: createDataFiles({ handles, uploadsFolder: folders.uploads, write }),
    runs: createRunFolders({
      folder: folders.runs,
      lock,
      nowMs,
      write,
      listPages: () => events.listPages(),
    }),
    exports: createExportFolders(handles, write),
    watch: createProjectWatch({
      readRevision: (handle) => projects.readRevision(handle),
      emit: (event) => events.emit(event),
      isListenedTo: () => events.listPages().length > 0,
    }),
  };

  const app = new Hono();
  app.route("/api", hostRoutes(services));
  app.get("*", async (context) =>
    reply(await sendRendererFile(options.rendererFolder, context.req.raw)),
  );
  app.notFound(() => reply(problem("not-found", "There is nothing at this address.")));
  app.onError((error) => {
    // A bug: the page gets a sentence, the terminal the trace.
    console.error(error);
    const text = "Netloom's host failed at this. Nothing was changed on purpose; try again.";
    return reply(problem("internal", text));
  });

  return {
    fetch: async (request) => app.fetch(request),
    emit: (event) => events.emit(event),
    choosePath: (place, purpose) => chooser.choosePath(place, purpose),
    close() {
      services.watch.close();
      events.close();
    },
  };
}

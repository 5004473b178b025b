import { Hono, type Context } from "hono";
import { z } from "zod";
import {
  browseRequestSchema,
  chooseRequestSchema,
  pageHeader,
  purposeSchema,
  runInfoSchema,
  saveRequestSchema,
  trainingActivitySchema,
  type HostProblem,
  type Session,
  type TrainingActivity,
} from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import type { RunEvent } from "#shared/training/events.ts";
import type { BlockLibrary } from "./blockLibrary.ts";
import type { Chooser, ShowDialog } from "./chooseFiles.ts";
import { dataHeaders } from "./contentSecurityPolicy.ts";
import type { DataFiles } from "./dataFiles.ts";
import type { Drafts } from "./drafts.ts";
import type { EventHub } from "./eventHub.ts";
import type { ExportFolders } from "./exportFolders.ts";
import { problem } from "./hostProblem.ts";
import type { ProjectFiles } from "./projectFiles.ts";
import type { ProjectWatch } from "./projectWatch.ts";
import type { RecentProjects } from "./recentProjects.ts";
import { refuse, reply, replyJson } from "./replies.ts";
import { bodyLimits, readChunks, readJson } from "./requestBody.ts";
import { runEventsSchema, type RunFolders } from "./runFolders.ts";
import { sendFile } from "./sendFile.ts";
import type { TemplateStore } from "./templateStore.ts";

export interface HostServices {
  readonly session: Session;
  readonly authorize: (request: Request) => boolean;
  readonly showDialog: ShowDialog | null;
  readonly chooser: Chooser;
  readonly projects: ProjectFiles;
  readonly events: EventHub;
  readonly templates: TemplateStore;
  readonly recent: RecentProjects;
  readonly drafts: Drafts;
  readonly blocks: BlockLibrary;
  readonly data: DataFiles;
  readonly runs: RunFolders;
  readonly exports: ExportFolders;
  readonly watch: ProjectWatch;
  /** For the shell; does nothing where it has no use for it. */
  readonly onTraining: (activity: TrainingActivity) => void;
}

/** The routes of `shared/host/contract.ts`: each parses its input and hands over to one service. */
export function hostRoutes(services: HostServices): Hono {
  const api = new Hono();
  api.use("*", async (c, next) => {
    if (services.authorize(c.req.raw)) return next();
    return refuse("Open Netloom with the address that its start printed.");
  });
  api.get("/session", () => replyJson(services.session));
  api.get("/events", (c) => services.events.subscribe(readPage(c)));
  api.put("/training", (c) =>
    withBody(c, trainingActivitySchema, async (activity) => {
      services.onTraining(activity);
      return ok({});
    }),
  );
  api.get("/templates", async () => replyJson(await services.templates.list()));
  api.get("/templates/:id", async (c) => reply(await services.templates.read(c.req.param("id"))));
  addChoosing(api, services);
  addProjects(api, services);
  addBlocks(api, services);
  addData(api, services);
  addRuns(api, services);
  addExports(api, services);
  return api;
}

function addChoosing(api: Hono, { chooser, showDialog }: HostServices) {
  const pathSchema = z.object({ path: z.string().max(4096), purpose: purposeSchema });
  const dialogSchema = z.object({
    purpose: purposeSchema,
    suggestedName: z.string().max(255).optional(),
  });
  const useDialog = problem("not-available", "Here, files are chosen in the system's own dialog.");

  api.post("/browse", (c) =>
    withBody(c, browseRequestSchema, async (body) =>
      showDialog === null ? chooser.browse(body) : useDialog,
    ),
  );
  api.post("/choose", (c) =>
    withBody(c, chooseRequestSchema, async (body) =>
      showDialog === null ? chooser.choose(body) : useDialog,
    ),
  );
  api.post("/choose-path", (c) =>
    withBody(c, pathSchema, async (body) =>
      showDialog === null ? chooser.choosePath(body.path, body.purpose) : useDialog,
    ),
  );
  api.post("/dialog", (c) =>
    withBody(c, dialogSchema, async ({ purpose, suggestedName = null }) => {
      if (showDialog === null) {
        return problem("not-available", "This shell has no system dialogs; browse instead.");
      }
      const place = await showDialog({ purpose, suggestedName });
      return place === null ? ok({ cancelled: true }) : chooser.choosePath(place, purpose);
    }),
  );
}

function addProjects(api: Hono, { projects, recent, drafts, watch }: HostServices) {
  const text = { limit: bodyLimits.text };
  api.post("/projects/open", (c) =>
    withBody(c, z.object({ handle: z.string() }), async ({ handle }) => {
      const opened = await projects.open(handle);
      if (opened.ok) {
        await recent.remember(handle);
        watch.expect(handle, opened.value.revision);
      }
      return opened;
    }),
  );
  api.post("/projects/save", (c) =>
    withBody(
      c,
      saveRequestSchema,
      async (request) => {
        const saved = await projects.save(request);
        if (saved.ok) {
          watch.expect(request.handle, saved.value.revision);
          await recent.remember(request.handle);
        }
        return saved;
      },
      text,
    ),
  );
  api.get("/recent", async () => replyJson(await recent.list()));
  api.delete("/recent/:handle", async (c) => reply(await recent.forget(c.req.param("handle"))));

  const draftSchema = z.object({ text: z.string(), handle: z.string().nullable() });
  api.get("/drafts", async () => replyJson(await drafts.list()));
  api.get("/drafts/:id", async (c) => reply(await drafts.read(c.req.param("id"))));
  api.put("/drafts/:id", (c) =>
    withBody(c, draftSchema, (draft) => drafts.write(c.req.param("id"), draft), text),
  );
  api.delete("/drafts/:id", async (c) => reply(await drafts.remove(c.req.param("id"))));
}

function addBlocks(api: Hono, { blocks }: HostServices) {
  const schema = z.object({
    name: z.string().min(1).max(200),
    summary: z.string().max(2000),
    text: z.string(),
  });
  api.get("/blocks", async () => replyJson(await blocks.list()));
  api.get("/blocks/:id", async (c) => reply(await blocks.read(c.req.param("id"))));
  api.put("/blocks/:id", (c) =>
    withBody(c, schema, (block) => blocks.write(c.req.param("id"), block), {
      limit: bodyLimits.text,
    }),
  );
  api.delete("/blocks/:id", async (c) => reply(await blocks.remove(c.req.param("id"))));
}

function addData(api: Hono, { data }: HostServices) {
  api.get("/data/:handle", async (c) => reply(await data.list(c.req.param("handle"))));
  api.get("/data/:handle/files/:name", async (c) => {
    const { handle, name } = c.req.param();
    return sendBytes(c, name, await data.locate(handle, name));
  });
  api.post("/uploads/:name", async (c) => {
    const content = readChunks(c.req.raw, bodyLimits.file);
    return reply(await data.upload(c.req.param("name"), c.req.query("into") ?? null, content));
  });
}

const readPage = (c: Context): string | null => c.req.header(pageHeader) ?? null;

function addRuns(api: Hono, { runs }: HostServices) {
  api.post("/runs", (c) =>
    withBody(c, runInfoSchema, (info) => runs.create(info, { page: readPage(c) }), {
      limit: bodyLimits.text,
    }),
  );
  api.get("/runs", async (c) => replyJson(await runs.list(c.req.query("project") ?? null)));
  api.get("/runs/:id", async (c) => reply(await runs.read(c.req.param("id"))));
  api.patch("/runs/:id", (c) =>
    withBody(c, runInfoSchema.partial(), (changes) =>
      runs.update(c.req.param("id"), dropUndefined(changes), { page: readPage(c) }),
    ),
  );
  api.delete("/runs/:id", async (c) => reply(await runs.remove(c.req.param("id"))));
  api.post("/runs/:id/events", (c) =>
    withBody(c, runEventsSchema, (events) =>
      // Kept as they came; their shape is the training module's matter and is not read here.
      runs.append(c.req.param("id"), events as unknown as readonly RunEvent[], {
        page: readPage(c),
      }),
    ),
  );
  api.get("/runs/:id/files", async (c) => reply(await runs.listFiles(c.req.param("id"))));
  api.get("/runs/:id/files/:name", async (c) => {
    const { id, name } = c.req.param();
    return sendBytes(c, name, await runs.locateFile(id, name));
  });
  api.put("/runs/:id/files/:name", async (c) => {
    const { id, name } = c.req.param();
    return reply(await runs.writeFile(id, name, readChunks(c.req.raw, bodyLimits.file)));
  });
}

function addExports(api: Hono, { exports }: HostServices) {
  const requestSchema = z.object({ directory: z.string(), name: z.string().max(255) });
  api.post("/exports", (c) =>
    withBody(c, requestSchema, ({ directory, name }) => exports.create(directory, name)),
  );
  api.put("/exports/:handle/files/:name", async (c) => {
    const { handle, name } = c.req.param();
    return reply(await exports.writeFile(handle, name, readChunks(c.req.raw, bodyLimits.file)));
  });
}

async function withBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
  answer: (body: z.infer<Schema>) => Promise<Result<unknown, HostProblem>>,
  options: { readonly limit?: number } = {},
): Promise<Response> {
  const body = await readJson(context.req.raw, schema, options);
  return body.ok ? reply(await answer(body.value)) : reply(body);
}

async function sendBytes(
  context: Context,
  name: string,
  located: Result<string, HostProblem>,
): Promise<Response> {
  if (!located.ok) return reply(located);
  const headers = { ...dataHeaders, "content-type": "application/octet-stream" };
  return reply(await sendFile(located.value, { request: context.req.raw, subject: name, headers }));
}

/** Zod marks absent fields as possibly undefined; a change must not set them so. */
function dropUndefined<T extends object>(value: T) {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  // Only entries of `value` remain, so the fields keep their types.
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

import { z } from "#shared/base/schema.ts";
import type { FileHandle, ProjectId, RunId } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import {
  type BrowseRequest,
  type ChooseRequest,
  chosenSchema,
  dataListingSchema,
  draftInfoSchema,
  type HostProblem,
  libraryBlockSchema,
  listingSchema,
  openedProjectSchema,
  type Purpose,
  recentEntrySchema,
  type RunInfo,
  runInfoSchema,
  type SaveRequest,
  sessionSchema,
  templateInfoSchema,
  type TrainingActivity,
} from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { requestHost, requestJson } from "./request.ts";

const doneSchema = z.looseObject({});
const savedSchema = z.object({ revision: z.string() });
const draftSchema = z.object({
  text: z.string(),
  handle: z.string().nullable(),
  savedMs: z.number(),
});
const templateSchema = z.object({
  info: templateInfoSchema,
  project: z.string(),
  page: z.string(),
});
const dialogSchema = z.union([z.object({ cancelled: z.literal(true) }), chosenSchema]);
const exportedSchema = z.object({ handle: z.string(), location: z.string() });
const runFileSchema = z.object({ name: z.string(), size: z.number() });
// Events were checked when the engine made them; the host stores them as they are.
const runSchema = z.object({ info: runInfoSchema, events: z.array(z.custom<RunEvent>()) });

type Answer<T> = Promise<Result<T, HostProblem>>;

/** Typed client of the host: one function per route of shared/host/contract.ts. */
export const host = {
  getSession: () => requestJson(sessionSchema, "/session"),
  listTemplates: () => requestJson(z.array(templateInfoSchema), "/templates"),
  getTemplate: (id: string) => requestJson(templateSchema, `/templates/${encodeURIComponent(id)}`),

  listRecent: () => requestJson(z.array(recentEntrySchema), "/recent"),
  forgetRecent: (handle: string) => remove(`/recent/${handle}`),

  browse: (request: BrowseRequest) => post(listingSchema, "/browse", request),
  choose: (request: ChooseRequest) => post(chosenSchema, "/choose", request),
  choosePath: (path: string, purpose: Purpose) =>
    post(chosenSchema, "/choose-path", { path, purpose }),
  showDialog: (purpose: Purpose, suggestedName?: string) =>
    post(dialogSchema, "/dialog", {
      purpose,
      ...(suggestedName === undefined ? {} : { suggestedName }),
    }),

  openProject: (handle: FileHandle | string) =>
    post(openedProjectSchema, "/projects/open", { handle }),
  saveProject: (request: SaveRequest) => post(savedSchema, "/projects/save", request),

  listDrafts: () => requestJson(z.array(draftInfoSchema), "/drafts"),
  getDraft: (id: ProjectId | string) => requestJson(draftSchema, `/drafts/${id}`),
  putDraft: (id: ProjectId | string, draft: { text: string; handle: string | null }) =>
    requestJson(z.object({ savedMs: z.number() }), `/drafts/${id}`, { method: "PUT", json: draft }),
  deleteDraft: (id: ProjectId | string) => remove(`/drafts/${id}`),

  listBlocks: () => requestJson(z.array(libraryBlockSchema), "/blocks"),
  getBlock: (id: string) => requestJson(z.object({ text: z.string() }), `/blocks/${id}`),
  putBlock: (id: string, block: { name: string; summary: string; text: string }) =>
    requestJson(z.object({ savedMs: z.number() }), `/blocks/${id}`, { method: "PUT", json: block }),
  deleteBlock: (id: string) => remove(`/blocks/${id}`),

  getData: (handle: FileHandle | string) => requestJson(dataListingSchema, `/data/${handle}`),
  /** The bytes of one file as a stream; `range` in bytes, end included. */
  readData(
    handle: FileHandle | string,
    name: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Answer<Response> {
    return requestHost(`/data/${handle}/files/${encodeURIComponent(name)}`, options);
  },
  /** Copies a dropped file into the application's own folder; `into` adds it to the folder of an earlier one. */
  upload(name: string, bytes: ArrayBuffer, into?: string) {
    const query = into === undefined ? "" : `?into=${into}`;
    return requestJson(chosenSchema, `/uploads/${encodeURIComponent(name)}${query}`, {
      method: "POST",
      bytes,
    });
  },

  createRun: (info: RunInfo) => post(doneSchema, "/runs", info),
  listRuns: (project: ProjectId | string) =>
    requestJson(z.array(runInfoSchema), `/runs?project=${encodeURIComponent(project)}`),
  getRun: (id: RunId | string) => requestJson(runSchema, `/runs/${id}`),
  appendRunEvents: (id: RunId | string, events: readonly RunEvent[]) =>
    post(doneSchema, `/runs/${id}/events`, events),
  changeRun: (id: RunId | string, change: Partial<RunInfo>) =>
    requestJson(doneSchema, `/runs/${id}`, { method: "PATCH", json: change }),
  putRunFile: (id: RunId | string, name: string, bytes: ArrayBuffer) =>
    requestJson(doneSchema, `/runs/${id}/files/${encodeURIComponent(name)}`, {
      method: "PUT",
      bytes,
    }),
  listRunFiles: (id: RunId | string) => requestJson(z.array(runFileSchema), `/runs/${id}/files`),
  readRunFile: (id: RunId | string, name: string) =>
    readBytes(`/runs/${id}/files/${encodeURIComponent(name)}`),
  tellTraining: (activity: TrainingActivity) =>
    requestJson(doneSchema, "/training", { method: "PUT", json: activity }),
  deleteRun: (id: RunId | string) => remove(`/runs/${id}`),

  /** Makes a new folder in `directory` for exported files. */
  createExport: (directory: string, name: string) =>
    post(exportedSchema, "/exports", { directory, name }),
  putExportFile: (handle: string, name: string, bytes: ArrayBuffer | Uint8Array<ArrayBuffer>) =>
    requestJson(doneSchema, `/exports/${handle}/files/${encodeURIComponent(name)}`, {
      method: "PUT",
      bytes,
    }),
} as const;

function post<Schema extends z.ZodType>(schema: Schema, path: string, json: unknown) {
  return requestJson(schema, path, { method: "POST", json });
}

async function remove(path: string): Answer<null> {
  const answer = await requestHost(path, { method: "DELETE" });
  return answer.ok ? ok(null) : answer;
}

async function readBytes(path: string): Answer<ArrayBuffer> {
  const answer = await requestHost(path);
  if (!answer.ok) return answer;
  try {
    return ok(await answer.value.arrayBuffer());
  } catch {
    return err({ code: "internal", message: "The file could not be read to its end. Try again." });
  }
}

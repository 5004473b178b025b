import { z } from "../base/schema.ts";

/**
 * The host's HTTP contract. All routes are under `/api`, answer JSON unless said otherwise, and fail with a status
 * of 4xx/5xx and a `HostProblem`. Paths never cross this boundary as input except `choosePath`, where a person typed
 * one; `label` and `location` are for people to read. Ids and names are checked against patterns before use.
 *
 * | method and path | body → answer |
 * |---|---|
 * | GET  /session | → Session |
 * | GET  /templates | → TemplateInfo[] |
 * | GET  /templates/:id | → { info: TemplateInfo, project: string, page: string } |
 * | GET  /recent | → RecentEntry[] |
 * | DELETE /recent/:handle | → {} |
 * | POST /browse | BrowseRequest → Listing |
 * | POST /choose | ChooseRequest → Chosen |
 * | POST /choose-path | { path, purpose } → Chosen |
 * | POST /dialog | { purpose, suggestedName? } → Chosen or { cancelled: true } (Electron only; else 404) |
 * | POST /projects/open | { handle } → OpenedProject |
 * | POST /projects/save | SaveRequest → { revision } ; 409 `changed-on-disk` / `newer-version` |
 * | GET  /drafts | → DraftInfo[] |
 * | GET  /drafts/:projectId | → { text, handle, savedMs } |
 * | PUT  /drafts/:projectId | { text, handle } → { savedMs } |
 * | DELETE /drafts/:projectId | → {} |
 * | GET  /blocks | → LibraryBlock[] (the user's own library) |
 * | GET  /blocks/:id | → { text } |
 * | PUT  /blocks/:id | { name, summary, text } → { savedMs } |
 * | DELETE /blocks/:id | → {} |
 * | GET  /data/:handle | → DataListing |
 * | GET  /data/:handle/files/:name | → bytes (Range supported) |
 * | POST /uploads/:name?into=:handle | bytes → Chosen (a copy of a dropped file in the application's own folder; `into` adds to the same folder) |
 * | POST /runs | RunInfo → {} |
 * | GET  /runs?project=:projectId | → RunInfo[] newest first |
 * | POST /runs/:id/events | RunEvent[] → {} (appends to metrics.jsonl) |
 * | PATCH /runs/:id | Partial<RunInfo> → {} |
 * | GET  /runs/:id | → { info: RunInfo, events: RunEvent[] } |
 * | PUT  /runs/:id/files/:name | bytes → {} |
 * | GET  /runs/:id/files | → { name, size }[] |
 * | GET  /runs/:id/files/:name | → bytes |
 * | DELETE /runs/:id | → {} |
 * | POST /exports | { directory, name } → { handle, location } (makes a new folder; never an existing one) |
 * | PUT  /exports/:handle/files/:name | bytes → {} |
 * | PUT  /training | TrainingActivity → {} (how the page's run goes, for the shell: power, tray, closing the window) |
 * | GET  /events | → event stream of HostEvent |
 */
/** What a page calls itself, in every request: another name after a reload. Runs end with the page that trains them. */
export const pageHeader = "x-netloom-page";

export const hostProblemSchema = z.object({
  code: z.enum([
    "not-found",
    "changed-on-disk",
    "newer-version",
    "exists",
    "too-large",
    "no-access",
    "disk-full",
    "bad-request",
    "not-available",
    "internal",
  ]),
  /** What happened, where, what to do. */
  message: z.string(),
});
export type HostProblem = z.infer<typeof hostProblemSchema>;

export const purposeSchema = z.enum(["open-project", "save-project", "data", "export"]);
export type Purpose = z.infer<typeof purposeSchema>;

const handleSchema = z.string().regex(/^[a-z0-9_-]{4,64}$/);

export const sessionSchema = z.object({
  version: z.string(),
  shell: z.enum(["browser", "electron"]),
  platform: z.string(),
  hasNativeDialogs: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

export const templateInfoSchema = z.object({
  id: z.string(),
  title: z.string(),
  topic: z.string(),
  summary: z.string(),
  paramCount: z.number(),
  /** For the picture: coloured bars by category with relative positions, and lines. */
  picture: z.object({
    nodes: z.array(z.object({ category: z.string(), x: z.number(), y: z.number() })),
    edges: z.array(z.tuple([z.number(), z.number()])),
  }),
});
export type TemplateInfo = z.infer<typeof templateInfoSchema>;

export const recentEntrySchema = z.object({
  handle: handleSchema,
  label: z.string(),
  /** Folder, for people to read. */
  location: z.string(),
  openedMs: z.number(),
  isMissing: z.boolean(),
});
export type RecentEntry = z.infer<typeof recentEntrySchema>;

export const browseRequestSchema = z.object({
  directory: handleSchema.nullable(),
  purpose: purposeSchema,
});
export type BrowseRequest = z.infer<typeof browseRequestSchema>;
export const listingSchema = z.object({
  directory: handleSchema,
  location: z.string(),
  parent: handleSchema.nullable(),
  entries: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["file", "folder"]),
      size: z.number(),
      modifiedMs: z.number(),
      /** For folders, to browse into. */
      handle: handleSchema.nullable(),
    }),
  ),
  isTruncated: z.boolean(),
});
export type Listing = z.infer<typeof listingSchema>;

/** `name: null` chooses the directory itself. With `save-project` the file need not exist. */
export const chooseRequestSchema = z.object({
  directory: handleSchema,
  name: z.string().max(255).nullable(),
  purpose: purposeSchema,
});
export type ChooseRequest = z.infer<typeof chooseRequestSchema>;
export const chosenSchema = z.object({
  handle: handleSchema,
  label: z.string(),
  location: z.string(),
  kind: z.enum(["file", "folder", "new-file"]),
});
export type Chosen = z.infer<typeof chosenSchema>;

export const openedProjectSchema = z.object({
  handle: handleSchema,
  label: z.string(),
  location: z.string(),
  text: z.string(),
  /** Hash of the bytes on disk; goes back with the next save. */
  revision: z.string(),
  isReadOnly: z.boolean(),
});
export type OpenedProject = z.infer<typeof openedProjectSchema>;

export const saveRequestSchema = z.object({
  handle: handleSchema,
  text: z.string(),
  /** null only for a file that does not exist yet. */
  expectedRevision: z.string().nullable(),
});
export type SaveRequest = z.infer<typeof saveRequestSchema>;

export const draftInfoSchema = z.object({
  projectId: z.string(),
  name: z.string(),
  handle: handleSchema.nullable(),
  savedMs: z.number(),
});
export type DraftInfo = z.infer<typeof draftInfoSchema>;

/** A block in the user's folder; `text` is a block file, which pages check when they read it. */
export const libraryBlockSchema = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  savedMs: z.number(),
});
export type LibraryBlock = z.infer<typeof libraryBlockSchema>;

export const dataListingSchema = z.object({
  handle: handleSchema,
  label: z.string(),
  location: z.string(),
  kind: z.enum(["file", "folder"]),
  files: z.array(z.object({ name: z.string(), size: z.number() })),
});
export type DataListing = z.infer<typeof dataListingSchema>;

export const runInfoSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{4,64}$/),
  projectId: z.string(),
  projectName: z.string(),
  /** 1, 2, 3 … within the project. */
  number: z.number().int(),
  startedMs: z.number(),
  status: z.enum(["running", "finished", "stopped", "early-stopping", "failed", "interrupted"]),
  message: z.string(),
  backend: z.string(),
  epochs: z.number(),
  metrics: z.record(z.string(), z.number()),
  /** The project as it was when the run started, as file text. */
  snapshot: z.string(),
  /** Where the file `latest.checkpoint` in the run's folder goes on; absent where there is none. */
  checkpoint: z
    .object({ epochs: z.number(), step: z.number(), elapsedMs: z.number() })
    .nullable()
    .optional(),
});
export type RunInfo = z.infer<typeof runInfoSchema>;

/** Of a page, as the desktop shell sees it. `saving`: ended, but not all of it written yet. */
export const trainingActivitySchema = z.object({
  phase: z.enum(["idle", "running", "paused", "saving"]),
  /** The project's name. */
  title: z.string().max(500),
  progress: z.number().min(0).max(1),
});
export type TrainingActivity = z.infer<typeof trainingActivitySchema>;

export type HostEvent =
  | { readonly kind: "command"; readonly id: string }
  | { readonly kind: "projectChanged"; readonly handle: string; readonly revision: string }
  | { readonly kind: "openProject"; readonly handle: string };

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Persisted ids. Readable (`conv2d-1`), unique within their collection, never reused by an undo step. */
export type NodeId = Branded<"NodeId">;
export type EdgeId = Branded<"EdgeId">;
export type NoteId = Branded<"NoteId">;
export type FrameId = Branded<"FrameId">;
export type BlockId = Branded<"BlockId">;
export type ProjectId = Branded<"ProjectId">;
export type RunId = Branded<"RunId">;
/** What the host gives the renderer instead of a path. */
export type FileHandle = Branded<"FileHandle">;

// Casts are confined to these constructors: an id is a string that came from the right place.
export const nodeId = (text: string) => text as NodeId;
export const edgeId = (text: string) => text as EdgeId;
export const noteId = (text: string) => text as NoteId;
export const frameId = (text: string) => text as FrameId;
export const blockId = (text: string) => text as BlockId;
export const projectId = (text: string) => text as ProjectId;
export const runId = (text: string) => text as RunId;
export const fileHandle = (text: string) => text as FileHandle;

import type { FrameId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { issue, missingFrame, quote } from "./editIssues.ts";
import type { EditIssue, GraphEdit } from "./edits.ts";
import type { GraphFrame, ModelGraph } from "./model.ts";

type GraphResult = Result<ModelGraph, EditIssue>;

export function addFrame(graph: ModelGraph, frame: GraphFrame): GraphResult {
  if (Object.hasOwn(graph.frames, frame.id))
    return err(issue("duplicate-id", `There is already a frame with the id ${quote(frame.id)}.`));
  return ok({ ...graph, frames: { ...graph.frames, [frame.id]: frame } });
}

export function setFrame(
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "setFrame" }>,
): GraphResult {
  const frame = graph.frames[edit.frame];
  if (frame === undefined) return err(missingFrame(edit.frame));
  const changed = { ...frame, ...edit.change };
  return ok({ ...graph, frames: { ...graph.frames, [frame.id]: changed } });
}

export function removeFrames(graph: ModelGraph, ids: readonly FrameId[]): GraphResult {
  const frames = { ...graph.frames };
  for (const id of ids) {
    if (!Object.hasOwn(frames, id)) return err(missingFrame(id));
    delete frames[id];
  }
  return ok(ids.length === 0 ? graph : { ...graph, frames });
}

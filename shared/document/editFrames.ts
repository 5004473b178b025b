import type { FrameId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { areSameJson } from "./checkJson.ts";
import { checkFrame } from "./checkParts.ts";
import { issue, missingFrame, quote } from "./editIssues.ts";
import type { EditIssue, GraphEdit } from "./edits.ts";
import type { GraphFrame, ModelGraph } from "./model.ts";

type GraphResult = Result<ModelGraph, EditIssue>;

export function addFrame(graph: ModelGraph, frame: GraphFrame): GraphResult {
  if (findFrame(graph, frame.id) !== null)
    return err(issue("duplicate-id", `There is already a frame with the id ${quote(frame.id)}.`));
  const fault = checkFrame(frame);
  return fault === null ? ok(withFrame(graph, frame)) : err(fault);
}

export function setFrame(
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "setFrame" }>,
): GraphResult {
  const frame = findFrame(graph, edit.frame);
  if (frame === null) return err(missingFrame(edit.frame));
  const changed: GraphFrame = { ...frame, ...edit.change, id: frame.id };
  const fault = checkFrame(changed);
  if (fault !== null) return err(fault);
  return ok(areSameJson(frame, changed) ? graph : withFrame(graph, changed));
}

export function removeFrames(graph: ModelGraph, ids: readonly FrameId[]): GraphResult {
  const frames = { ...graph.frames };
  for (const id of ids) {
    if (findFrame(graph, id) === null) return err(missingFrame(id));
    delete frames[id];
  }
  return ok(ids.length === 0 ? graph : { ...graph, frames });
}

function findFrame(graph: ModelGraph, id: FrameId): GraphFrame | null {
  return Object.hasOwn(graph.frames, id) ? (graph.frames[id] ?? null) : null;
}

function withFrame(graph: ModelGraph, frame: GraphFrame): ModelGraph {
  return { ...graph, frames: { ...graph.frames, [frame.id]: frame } };
}

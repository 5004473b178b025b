import type { FrameId, NoteId } from "#shared/base/ids.ts";

/** React Flow has one id space; notes and frames get a prefix that no layer id has. */
const notePrefix = "note:";
const framePrefix = "frame:";

export const noteFlowId = (id: NoteId) => `${notePrefix}${id}`;
export const frameFlowId = (id: FrameId) => `${framePrefix}${id}`;

export function isNoteFlowId(flowId: string): boolean {
  return flowId.startsWith(notePrefix);
}
export function isFrameFlowId(flowId: string): boolean {
  return flowId.startsWith(framePrefix);
}
export function isLayerFlowId(flowId: string): boolean {
  return !isNoteFlowId(flowId) && !isFrameFlowId(flowId);
}
/** The note's or frame's own id. */
export function noteIdText(flowId: string): string {
  return flowId.slice(notePrefix.length);
}
export function frameIdText(flowId: string): string {
  return flowId.slice(framePrefix.length);
}

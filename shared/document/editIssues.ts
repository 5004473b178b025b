import type { EditIssue } from "./edits.ts";

export function issue(code: EditIssue["code"], message: string): EditIssue {
  return { code, message };
}

export const badValue = (message: string): EditIssue => issue("bad-value", message);

export const missingNode = (id: string): EditIssue =>
  issue("missing-node", `There is no layer with the id ${quote(id)} any more.`);

export const missingEdge = (id: string): EditIssue =>
  issue("missing-edge", `There is no wire with the id ${quote(id)} any more.`);

export const missingNote = (id: string): EditIssue =>
  issue("missing-note", `There is no note with the id ${quote(id)} any more.`);

export const missingFrame = (id: string): EditIssue =>
  issue("missing-frame", `There is no frame with the id ${quote(id)} any more.`);

export const missingBlock = (id: string): EditIssue =>
  issue("missing-block", `There is no block with the id ${quote(id)} any more.`);

/** Text from the document inside a sentence: shortened, in quotation marks. */
export function quote(text: string): string {
  return `“${text.length > 60 ? `${text.slice(0, 57)}…` : text}”`;
}

import { describe, expect, it } from "vitest";
import { createProject } from "./createProject.ts";
import {
  createHistory,
  recordEdit,
  redo,
  redoLabel,
  sealStep,
  undo,
  undoLabel,
} from "./history.ts";
import type { ProjectDocument } from "./model.ts";

const first = createProject("first");
const named = (name: string): ProjectDocument => ({ ...first, name });
const second = named("second");
const third = named("third");

describe("history", () => {
  it("goes back and forth through the documents", () => {
    const history = recordEdit(
      recordEdit(createHistory(first), second, { label: "Rename" }),
      third,
      { label: "Rename again" },
    );
    expect([undoLabel(history), redoLabel(history)]).toEqual(["Rename again", null]);
    const back = undo(history);
    expect(back.present.document).toBe(second);
    expect([undoLabel(back), redoLabel(back)]).toEqual(["Rename", "Rename again"]);
    expect(undo(undo(back)).present.document).toBe(first);
    expect(redo(back).present.document).toBe(third);
    expect(redo(redo(back)).present.document).toBe(third);
  });

  it("forgets what was undone once something else is done", () => {
    const history = undo(recordEdit(createHistory(first), second, { label: "Rename" }));
    expect(redoLabel(recordEdit(history, third, { label: "Other" }))).toBeNull();
  });

  it("makes one step of edits in succession with the same merge key", () => {
    const drag = { label: "Move", mergeKey: "drag 1" };
    const history = recordEdit(recordEdit(createHistory(first), second, drag), third, drag);
    expect(history.past).toHaveLength(1);
    expect(undo(history).present.document).toBe(first);
  });

  it("starts a new step after another edit, an undo or the end of the gesture", () => {
    const drag = { label: "Move", mergeKey: "drag 1" };
    const moved = recordEdit(createHistory(first), second, drag);
    expect(recordEdit(sealStep(moved), third, drag).past).toHaveLength(2);
    const other = recordEdit(moved, third, { label: "Other" });
    expect(recordEdit(other, first, drag).past).toHaveLength(3);
    const redone = redo(undo(moved));
    expect(recordEdit(redone, third, drag).past).toHaveLength(2);
  });

  it("records nothing where the document is the same one", () => {
    const history = createHistory(first);
    expect(recordEdit(history, first, { label: "Nothing" })).toBe(history);
  });

  it("keeps at most a thousand steps", () => {
    let history = createHistory(first);
    for (let step = 0; step < 1100; step++) {
      history = recordEdit(history, named(`n${step}`), { label: "Rename" });
    }
    expect(history.past).toHaveLength(1000);
  });
});

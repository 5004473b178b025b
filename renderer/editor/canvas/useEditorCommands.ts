import { useEffect } from "react";
import { registerCommands } from "../../commands/defineCommand.ts";
import { isTextField } from "../../commands/keyboard.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { editorCommands } from "../editorCommands.ts";
import { copySelection, deleteSelection, pasteText } from "../selectionActions.ts";

/** Registers the graph's commands, and answers the browser's own copy, cut and paste, which need no permission. */
export function useEditorCommands(): void {
  useEffect(() => registerCommands(editorCommands), []);
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      if (isElsewhere(event)) return;
      const text = copySelection();
      if (text === null || event.clipboardData === null) return;
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") deleteSelection({ heal: false });
    };
    const onPaste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (isElsewhere(event) || text === "") return;
      event.preventDefault();
      pasteText(text);
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}

/** Another view, a dialog, a text field or selected text has the clipboard to itself. */
function isElsewhere(event: ClipboardEvent): boolean {
  if (event.defaultPrevented || sessionStore.getState().view !== "design") return true;
  if (document.querySelector("[data-modal]") !== null) return true;
  if (event.target instanceof Element && isTextField(event.target)) return true;
  return event.type !== "paste" && document.getSelection()?.isCollapsed === false;
}

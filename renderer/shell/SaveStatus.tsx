import { assertNever } from "#shared/base/assertNever.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { type DocumentState, selectIsDirty, useDocument } from "../state/documentStore.ts";
import { Tooltip } from "../ui/Tooltip.tsx";

/** Whether the work is kept, and where. Pressing it saves. */
export function SaveStatus() {
  const text = useDocument((state) => describe(state).text);
  const tone = useDocument((state) => describe(state).tone);
  const more = useDocument((state) => describe(state).more);
  return (
    <Tooltip text={more} shortcut="Mod+S">
      <button
        type="button"
        className={`nl-save-status is-${tone}`}
        onClick={() => runCommand("project.save")}
      >
        <span role="status">{text}</span>
      </button>
    </Tooltip>
  );
}

interface Description {
  readonly text: string;
  readonly tone: "calm" | "warn" | "bad";
  readonly more: string;
}

function describe(state: DocumentState): Description {
  const { saveState, location } = state;
  const file = location === null ? "" : `${location.label} in ${location.location}`;
  switch (saveState.phase) {
    case "saving":
      return { text: "Saving", tone: "calm", more: file === "" ? "Keeping a draft" : file };
    case "failed":
      return { text: "Not saved", tone: "bad", more: saveState.message };
    case "conflict":
      return {
        text: "Changed on disk",
        tone: "warn",
        more: "The file was changed outside of this window. Press to choose what to keep.",
      };
    case "saved":
    case "draft":
      if (selectIsDirty(state))
        return { text: "Edited", tone: "calm", more: "Will be kept in a moment" };
      if (location === null) {
        const isFresh = saveState.phase === "saved";
        return {
          text: isFresh ? "Not saved yet" : "Draft kept",
          tone: "calm",
          more: "Kept on this machine, in no file yet. Press to choose a file.",
        };
      }
      return saveState.phase === "saved"
        ? { text: "Saved", tone: "calm", more: file }
        : {
            text: "Draft kept",
            tone: "warn",
            more: `${file} is read-only. Press to save it elsewhere.`,
          };
    default:
      return assertNever(saveState);
  }
}

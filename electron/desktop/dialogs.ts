import type { OpenDialogOptions, SaveDialogOptions } from "electron";
import type { Purpose } from "#shared/host/contract.ts";
import { assertNever } from "#shared/base/assertNever.ts";
import { projectExtension } from "../services/chooseFiles.ts";

type DialogPlan =
  | { readonly kind: "open"; readonly options: OpenDialogOptions }
  | { readonly kind: "save"; readonly options: SaveDialogOptions };

const projectFilter = { name: "Netloom project", extensions: [projectExtension.slice(1)] };

interface DialogRequest {
  readonly suggestedName: string | null;
  /** For data; "either" only works on macOS, elsewhere it shows folders only. */
  readonly wanted: "file" | "folder" | "either";
}

/** Which of the system's dialogs serves a purpose. */
export function planDialog(purpose: Purpose, { suggestedName, wanted }: DialogRequest): DialogPlan {
  switch (purpose) {
    case "open-project":
      return {
        kind: "open",
        options: {
          title: "Open project",
          properties: ["openFile"],
          filters: [projectFilter, { name: "All files", extensions: ["*"] }],
        },
      };
    case "save-project":
      return {
        kind: "save",
        options: {
          title: "Save project",
          filters: [projectFilter],
          properties: ["createDirectory", "showOverwriteConfirmation"],
          ...(suggestedName === null ? {} : { defaultPath: suggestedName }),
        },
      };
    case "data":
      return {
        kind: "open",
        options: {
          title: "Choose data",
          properties: [
            ...(wanted === "folder" ? [] : ["openFile" as const]),
            ...(wanted === "file" ? [] : ["openDirectory" as const]),
          ],
        },
      };
    case "export":
      return {
        kind: "open",
        options: {
          title: "Choose the folder to export into",
          properties: ["openDirectory", "createDirectory"],
          buttonLabel: "Export here",
        },
      };
    default:
      return assertNever(purpose);
  }
}

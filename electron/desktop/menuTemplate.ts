import type { MenuItemConstructorOptions } from "electron";

/** An item that runs a command of the page, or one that Electron does by itself. */
type Item =
  | { readonly command: string; readonly label: string; readonly accelerator?: string }
  | { readonly role: NonNullable<MenuItemConstructorOptions["role"]> }
  | "separator";

interface MenuSettings {
  readonly isMac: boolean;
  readonly isPackaged: boolean;
  /** Sends a command's id to the page, over the host's event stream. */
  readonly runCommand: (id: string) => void;
}

/**
 * The native menu: a view of the page's command registry. The ids are those of `renderer/.../*Commands.ts`; the page
 * decides whether a command can be done and handles its keys itself, so accelerators are only shown.
 */
export function menuTemplate({ isMac, isPackaged, runCommand }: MenuSettings) {
  const toMenu = (label: string, items: readonly Item[]): MenuItemConstructorOptions => ({
    label,
    submenu: items.map((item) => toMenuItem(item, runCommand)),
  });
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: "appMenu" as const }] : []),
    toMenu("File", [...fileItems, "separator", { role: isMac ? "close" : "quit" }]),
    toMenu(
      "Edit",
      isMac
        ? [...undoItems, "separator", ...macClipboardItems]
        : [...undoItems, "separator", ...clipboardItems],
    ),
    toMenu("View", isPackaged ? viewItems : [...viewItems, "separator", ...developerItems]),
    toMenu("Train", trainItems),
    ...(isMac ? [{ role: "windowMenu" as const }] : []),
    toMenu("Help", helpItems),
  ];
  return template;
}

/** Every command id that the menu sends, for the test that compares them with the page's registry. */
export function listMenuCommands(): readonly string[] {
  const items = [fileItems, undoItems, clipboardItems, viewItems, trainItems, helpItems].flat();
  return items.flatMap((item) =>
    typeof item === "object" && "command" in item ? [item.command] : [],
  );
}

const fileItems: readonly Item[] = [
  { command: "project.new", label: "New project", accelerator: "CmdOrCtrl+N" },
  { command: "project.open", label: "Open …", accelerator: "CmdOrCtrl+O" },
  "separator",
  { command: "project.save", label: "Save", accelerator: "CmdOrCtrl+S" },
  { command: "project.saveAs", label: "Save as …", accelerator: "CmdOrCtrl+Shift+S" },
];

const undoItems: readonly Item[] = [
  { command: "edit.undo", label: "Undo", accelerator: "CmdOrCtrl+Z" },
  { command: "edit.redo", label: "Redo", accelerator: "CmdOrCtrl+Shift+Z" },
];

const clipboardItems: readonly Item[] = [
  { command: "edit.cut", label: "Cut", accelerator: "CmdOrCtrl+X" },
  { command: "edit.copy", label: "Copy", accelerator: "CmdOrCtrl+C" },
  { command: "edit.paste", label: "Paste", accelerator: "CmdOrCtrl+V" },
  { command: "edit.duplicate", label: "Duplicate", accelerator: "CmdOrCtrl+D" },
  { command: "edit.delete", label: "Delete" },
  { command: "edit.selectAll", label: "Select all", accelerator: "CmdOrCtrl+A" },
];

/** On a Mac, text fields get their clipboard keys from the menu's roles; the canvas hears the same keys itself. */
const macClipboardItems: readonly Item[] = [
  { role: "cut" },
  { role: "copy" },
  { role: "paste" },
  { role: "selectAll" },
];

const viewItems: readonly Item[] = [
  { command: "view.design", label: "Design", accelerator: "CmdOrCtrl+1" },
  { command: "view.data", label: "Data", accelerator: "CmdOrCtrl+2" },
  { command: "view.runs", label: "Runs", accelerator: "CmdOrCtrl+3" },
  { command: "view.code", label: "Code", accelerator: "CmdOrCtrl+4" },
  "separator",
  { command: "view.fit", label: "Fit the graph" },
  { command: "view.zoomIn", label: "Zoom in", accelerator: "CmdOrCtrl+Plus" },
  { command: "view.zoomOut", label: "Zoom out", accelerator: "CmdOrCtrl+-" },
  { command: "graph.tidyUp", label: "Tidy up" },
  "separator",
  { command: "app.commands", label: "All commands …", accelerator: "CmdOrCtrl+K" },
  { role: "togglefullscreen" },
];

const developerItems: readonly Item[] = [{ role: "reload" }, { role: "toggleDevTools" }];

const trainItems: readonly Item[] = [
  { command: "training.start", label: "Train", accelerator: "CmdOrCtrl+Enter" },
  { command: "training.stop", label: "Stop" },
];

const helpItems: readonly Item[] = [
  { command: "app.help", label: "Keys and help", accelerator: "F1" },
];

function toMenuItem(item: Item, runCommand: (id: string) => void): MenuItemConstructorOptions {
  if (item === "separator") return { type: "separator" };
  if ("role" in item) return { role: item.role };
  const { command, label, accelerator } = item;
  return {
    id: command,
    label,
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    click: () => runCommand(command),
  };
}

/**
 * A thing the user can do. The command palette, menus, buttons and keys are all derived from the registry, so that
 * whatever can be done with the mouse is listed and has the same name and the same condition everywhere.
 */
export interface Command {
  /** `area.verb`, also what a native menu sends. */
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** `Mod+Shift+Z`, see shortcut.ts. Several may do the same; the first is shown. */
  readonly shortcut?: string | readonly string[];
  /** Further words to find it by. */
  readonly keywords?: string;
  /** Also while a text field has the focus. Not for what text fields do themselves (undo, copy, letters). */
  readonly inTextFields?: boolean;
  /** The browser's own event for the key does it (copy, cut, paste): the shortcut is only shown. */
  readonly isNativeKey?: boolean;
  /** False keeps it out of the palette, for keys that only make sense where the focus is. */
  readonly isListed?: boolean;
  /** Whether it can be done now; a disabled command is listed greyed and its key is left to the browser. */
  isEnabled?(): boolean;
  run(): void | Promise<void>;
}

export const commandGroups = [
  "Project",
  "Edit",
  "Graph",
  "View",
  "Data",
  "Training",
  "Export",
  "Application",
] as const;
export type CommandGroup = (typeof commandGroups)[number];

export function defineCommand(command: Command): Command {
  return command;
}

const commands = new Map<string, Command>();

/** Adds or replaces commands. Returns the function that takes them away again. */
export function registerCommands(added: readonly Command[]): () => void {
  for (const command of added) commands.set(command.id, command);
  return () => {
    for (const command of added) {
      if (commands.get(command.id) === command) commands.delete(command.id);
    }
  };
}

export function findCommand(id: string): Command | null {
  return commands.get(id) ?? null;
}

/** In registration order within the order of groups. */
export function listCommands(): readonly Command[] {
  return [...commands.values()].sort(
    (left, right) => commandGroups.indexOf(left.group) - commandGroups.indexOf(right.group),
  );
}

export function isCommandEnabled(command: Command): boolean {
  return command.isEnabled?.() ?? true;
}

export function shortcutsOf(command: Command): readonly string[] {
  if (command.shortcut === undefined) return [];
  return typeof command.shortcut === "string" ? [command.shortcut] : command.shortcut;
}

/** Whether it was known, enabled and therefore started. A command's own failures are its own to report. */
export function runCommand(id: string): boolean {
  const command = commands.get(id);
  if (command === undefined || !isCommandEnabled(command)) return false;
  void Promise.resolve(command.run()).catch((error: unknown) => {
    // A bug, not an expected failure: hand it to the window's error reporting.
    reportError(error);
  });
  return true;
}

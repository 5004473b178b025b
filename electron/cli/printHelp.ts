import { commandTable, type CommandSpec } from "./commandTable.ts";

/** The help page, or that of one command. */
export function printHelp(command: string | null): string {
  const specs: Readonly<Record<string, CommandSpec>> = commandTable;
  const spec = command === null ? undefined : specs[command];
  if (command !== null && spec) {
    const usage = ["netloom", command, ...spec.positionals, "[options]"].join(" ");
    return [
      `${spec.summary}.`,
      "",
      `Usage: ${usage}`,
      ...(spec.insteadOfPositionals === undefined
        ? []
        : [`       netloom ${command} --${spec.insteadOfPositionals} DIR [options]`]),
      "",
      ...alignRows(spec.help.map(([option, text]) => [`  ${option}`, text])),
      "",
      ...(spec.positionals.includes("PROJECT")
        ? ["PROJECT is a project file (*.netloom) or a template's id.", ""]
        : []),
    ].join("\n");
  }
  return [
    "Netloom draws neural networks, trains them and takes them away as code. This is its command line.",
    "",
    "Usage: netloom COMMAND [PROJECT] [options]",
    "",
    ...alignRows([
      ...Object.entries(specs).map(([name, entry]) => [`  ${name}`, entry.summary]),
      ["  help [COMMAND]", "This page, or that of a command"],
    ]),
    "",
    "PROJECT is a project file (*.netloom) or a template's id (see: netloom templates).",
    "Each command takes --json and then prints one JSON object on standard output.",
    "Exit status: 0 good, 1 the project or the data has errors, 2 wrong usage.",
    "",
  ].join("\n");
}

/** Columns side by side, each as wide as its longest cell. */
export function alignRows(
  rows: readonly (readonly string[])[],
  options: { readonly rightAligned?: readonly number[] } = {},
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        if (options.rightAligned?.includes(index)) return cell.padStart(width);
        return index === row.length - 1 ? cell : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

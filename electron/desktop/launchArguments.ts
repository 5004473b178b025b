/** What a start of the application asks for. */
export type Launch =
  | { readonly kind: "command"; readonly args: readonly string[] }
  | {
      readonly kind: "window";
      /** Project files as given, relative ones to the working directory. */
      readonly files: readonly string[];
      /** Files are chosen in the page instead of the system's dialogs, so that a test can drive them. */
      readonly hasInPageDialogs: boolean;
    };

const commandNames = new Set([
  "check",
  "summary",
  "train",
  "evaluate",
  "predict",
  "export",
  "import",
  "templates",
  "help",
]);

/**
 * Reads the arguments after the executable. `--cli …`, or the name of a command first, runs the command line; anything
 * else opens a window. Switches are Chromium's and Electron's own business.
 */
export function readLaunchArguments(args: readonly string[]): Launch {
  const marker = args.indexOf("--cli");
  if (marker >= 0) return { kind: "command", args: args.slice(marker + 1) };
  const words = args.findIndex((argument) => !argument.startsWith("-"));
  if (words >= 0 && commandNames.has(args[words] ?? "")) {
    return { kind: "command", args: args.slice(words) };
  }
  if (args.includes("--version")) return { kind: "command", args: ["--version"] };
  return {
    kind: "window",
    files: args.filter((argument) => !argument.startsWith("-") && argument.endsWith(".netloom")),
    hasInPageDialogs: args.includes("--in-page-dialogs"),
  };
}

/** The arguments after the executable: in development Electron's first is the application's folder. */
export function dropExecutable(argv: readonly string[], isPackaged: boolean): readonly string[] {
  const rest = argv.slice(1);
  if (isPackaged) return rest;
  const folder = rest.findIndex((argument) => !argument.startsWith("-"));
  return folder < 0 ? rest : rest.toSpliced(folder, 1);
}

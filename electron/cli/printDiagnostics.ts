import type { CliDiagnostic } from "./io.ts";

/** One line each: severity, code, place, sentence. */
export function printDiagnostics(diagnostics: readonly CliDiagnostic[]): string {
  return diagnostics
    .map((entry) => {
      const place = entry.nodes.length > 0 ? ` [${entry.nodes.join(", ")}]` : "";
      const line = entry.line === undefined ? "" : `:${entry.line}`;
      const file = entry.file === undefined ? "" : ` ${entry.file}${line}`;
      return `${entry.severity} ${entry.code}${place}${file}: ${entry.message}`;
    })
    .join("\n");
}

import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { toCliDiagnostic } from "../compile.ts";
import type { CliDiagnostic, CliIo, CommandResult } from "../io.ts";
import { loadData } from "../loadData.ts";
import { loadProject } from "../loadProject.ts";
import type { Invocation } from "../parseArguments.ts";
import { printDiagnostics } from "../printDiagnostics.ts";

/** Everything wrong or doubtful about a project, with its data where that can be had. */
export async function runCheck(
  { positionals, options }: Invocation,
  io: CliIo,
): Promise<CommandResult> {
  const [name = ""] = positionals;
  const document = await loadProject(name, io);
  const isJson = options.flag("json");
  const data = await loadData(document.data, options.text("data"), { io, isJson });
  const analysis = analyzeDocument(document, data ? { data: data.dataset.summary } : {});
  const diagnostics: readonly CliDiagnostic[] = analysis.diagnostics.map(toCliDiagnostic);
  const errors = diagnostics.filter((entry) => entry.severity === "error").length;
  return {
    exitCode: errors > 0 ? 1 : 0,
    json: { diagnostics },
    text:
      diagnostics.length === 0
        ? `${name}: no problems.`
        : `${printDiagnostics(diagnostics)}\n${name}: ${errors} ${errors === 1 ? "error" : "errors"}, ${diagnostics.length - errors} other ${diagnostics.length - errors === 1 ? "remark" : "remarks"}.`,
  };
}

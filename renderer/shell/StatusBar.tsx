import { useMemo } from "react";
import { runCommand } from "../commands/defineCommand.ts";
import { isMac } from "../commands/platform.ts";
import { formatShortcut } from "../commands/shortcut.ts";
import { useHostSession } from "../host/chooseFile.ts";
import { selectDiagnostics, useDocument } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { RunStatus } from "../training/RunStatus.tsx";
import { formatExact, formatLarge } from "../ui/format.ts";

/** The bottom line: problems, size of the model, the current run. */
export function StatusBar() {
  const version = useHostSession()?.version;
  return (
    <footer className="nl-statusbar">
      <ProblemCount />
      <ModelSize />
      <span className="nl-statusbar-space" />
      <RunStatus />
      <button type="button" onClick={() => sessionStore.getState().setPaletteOpen(true)}>
        {formatShortcut("Mod+K", isMac)} commands
      </button>
      <button type="button" onClick={() => runCommand("app.help")}>
        Netloom{version === undefined ? "" : ` ${version}`}
      </button>
    </footer>
  );
}

function ProblemCount() {
  const diagnostics = useDocument(selectDiagnostics);
  const { errors, warnings } = useMemo(
    () => ({
      errors: diagnostics.filter(({ severity }) => severity === "error").length,
      warnings: diagnostics.filter(({ severity }) => severity === "warning").length,
    }),
    [diagnostics],
  );
  const tone = errors > 0 ? "is-error" : warnings > 0 ? "is-warning" : "is-ok";
  return (
    <button
      type="button"
      className={tone}
      onClick={() => {
        sessionStore.getState().showView("design");
        sessionStore.getState().showDockTab("problems");
      }}
    >
      <span className="nl-dot" />
      <span role="status">{phrase(errors, warnings)}</span>
    </button>
  );
}

function phrase(errors: number, warnings: number): string {
  const parts = [
    errors > 0 ? `${errors} ${errors === 1 ? "problem" : "problems"}` : "",
    warnings > 0 ? `${warnings} ${warnings === 1 ? "remark" : "remarks"}` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "No problems" : parts.join(" · ");
}

function ModelSize() {
  const totals = useDocument((state) => state.modelAnalysis.totals);
  const layers = useDocument((state) => Object.keys(state.document.graph.nodes).length);
  const multiplyAdds =
    totals.multiplyAdds === null ? "" : ` · ${formatLarge(totals.multiplyAdds)} multiply-adds`;
  return (
    <span className="nl-mono-numbers">
      {`${layers} ${layers === 1 ? "node" : "nodes"} · ${formatExact(totals.paramCount)} weights${multiplyAdds}`}
    </span>
  );
}

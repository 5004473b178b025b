import { ChevronDown, ChevronUp } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { ProblemsPanel } from "../editor/panels/ProblemsPanel.tsx";
import { SummaryPanel } from "../editor/panels/SummaryPanel.tsx";
import { selectDiagnostics, useDocument } from "../state/documentStore.ts";
import { useRuns } from "../state/runStore.ts";
import { type DockTab, sessionStore, useSession } from "../state/sessionStore.ts";
import { RunControls } from "../training/RunControls.tsx";
import { IconButton } from "../ui/Button.tsx";
import { Tabs, type TabItem } from "../ui/Tabs.tsx";

const RunPanel = lazy(() =>
  import("../training/RunPanel.tsx").then((file) => ({ default: file.RunPanel })),
);
const SamplesPanel = lazy(() =>
  import("../training/SamplesPanel.tsx").then((file) => ({ default: file.SamplesPanel })),
);
const CodeView = lazy(() =>
  import("../editor/code/CodeView.tsx").then((file) => ({ default: file.CodeView })),
);

/** The lower panel: problems, summary, the current run, its samples, code. */
export function Dock() {
  const tab = useSession((state) => state.dockTab);
  const isOpen = useSession((state) => state.panels.bottom.isOpen);
  const runNumber = useRuns((state) => state.active?.info.number ?? null);
  const { showDockTab, setPanel } = sessionStore.getState();
  const items: readonly TabItem<DockTab>[] = [
    { id: "problems", title: <ProblemsTitle />, content: <ProblemsPanel /> },
    { id: "summary", title: "Summary", content: <SummaryPanel /> },
    {
      id: "run",
      title: runNumber === null ? "Run" : `Run ${runNumber}`,
      content: later(<RunPanel />),
    },
    { id: "samples", title: "Samples", content: later(<SamplesPanel />) },
    { id: "code", title: "Code", content: later(<CodeView />) },
  ];
  return (
    <Tabs
      label="Lower panel"
      className="nl-dock"
      value={tab}
      items={items}
      onChange={showDockTab}
      aside={
        <>
          <RunControls />
          <IconButton
            icon={isOpen ? ChevronDown : ChevronUp}
            label={isOpen ? "Close the lower panel" : "Open the lower panel"}
            shortcut="Mod+J"
            onClick={() => setPanel("bottom", { isOpen: !isOpen })}
          />
        </>
      }
    />
  );
}

function later(content: ReactNode): ReactNode {
  return <Suspense fallback={null}>{content}</Suspense>;
}

function ProblemsTitle() {
  const diagnostics = useDocument(selectDiagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  return (
    <>
      Problems
      {errors > 0 && <span className="nl-count is-error">{errors}</span>}
      {errors === 0 && warnings > 0 && <span className="nl-count is-warning">{warnings}</span>}
    </>
  );
}

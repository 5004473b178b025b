import { lazy, Suspense, useEffect, type ReactNode } from "react";
import { registerCommands } from "../commands/defineCommand.ts";
import { editorCommands } from "../editor/editorCommands.ts";
import { Canvas } from "../editor/canvas/Canvas.tsx";
import { LayerReference } from "../editor/layerPage/LayerReference.tsx";
import { Inspector } from "../editor/inspector/Inspector.tsx";
import { Palette } from "../editor/palette/Palette.tsx";
import { useDocument } from "../state/documentStore.ts";
import { useSession } from "../state/sessionStore.ts";
import { Dock } from "./Dock.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TopBar } from "./TopBar.tsx";
import { Workspace } from "./Workspace.tsx";
import "./shell.css";

const DataView = lazy(() =>
  import("../data/DataView.tsx").then((file) => ({ default: file.DataView })),
);
const RunsView = lazy(() =>
  import("../training/RunsView.tsx").then((file) => ({ default: file.RunsView })),
);
const CodeView = lazy(() =>
  import("../editor/code/CodeView.tsx").then((file) => ({ default: file.CodeView })),
);

/** The window with a project open. */
export function Shell() {
  const view = useSession((state) => state.view);
  const name = useDocument((state) => state.document.name);
  useEffect(() => registerCommands(editorCommands), []);
  useEffect(() => {
    document.title = `${name} – Netloom`;
    return () => {
      document.title = "Netloom";
    };
  }, [name]);
  return (
    <div className="nl-shell">
      <TopBar />
      <main className="nl-views">
        {/* Stays mounted, so that the canvas keeps its place and zoom. */}
        <div className="nl-view" hidden={view !== "design"}>
          <Workspace
            palette={<Palette />}
            canvas={<Canvas />}
            inspector={<Inspector />}
            dock={<Dock />}
          />
        </div>
        {view === "data" && <View place="The Data view" content={<DataView />} />}
        {view === "runs" && <View place="The Runs view" content={<RunsView />} />}
        {view === "code" && <View place="The Code view" content={<CodeView />} />}
      </main>
      <StatusBar />
      <LayerReference />
    </div>
  );
}

function View({ place, content }: { readonly place: string; readonly content: ReactNode }) {
  return (
    <div className="nl-view">
      <ErrorBoundary place={place}>
        <Suspense fallback={<div className="nl-loading" aria-busy="true" />}>{content}</Suspense>
      </ErrorBoundary>
    </div>
  );
}

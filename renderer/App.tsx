import { lazy, Suspense } from "react";
import { CommandPalette } from "./commands/CommandPalette.tsx";
import { ChooseFileDialog } from "./host/ChooseFileDialog.tsx";
import { ErrorBoundary } from "./shell/ErrorBoundary.tsx";
import { HelpDialog } from "./shell/HelpDialog.tsx";
import { StartScreen } from "./start/StartScreen.tsx";
import { useSession } from "./state/sessionStore.ts";
import { AskDialog } from "./ui/AskDialog.tsx";
import { AskTextDialog } from "./ui/AskTextDialog.tsx";
import { LiveRegion } from "./ui/LiveRegion.tsx";
import { Toasts } from "./ui/Toasts.tsx";
import { TooltipProvider } from "./ui/Tooltip.tsx";

// The start screen needs neither canvas nor charts: they load when a project is opened.
const Shell = lazy(() =>
  import("./shell/Shell.tsx").then(({ Shell: component }) => ({ default: component })),
);

export function App() {
  const view = useSession((state) => state.view);
  const isStart = view === "start";
  return (
    <TooltipProvider>
      <ErrorBoundary place="Netloom">
        {isStart ? (
          <StartScreen />
        ) : (
          <Suspense
            fallback={
              <div className="nl-loading" aria-busy="true">
                <p className="nl-late">Opening the workspace …</p>
              </div>
            }
          >
            <Shell />
          </Suspense>
        )}
        <CommandPalette />
        <ChooseFileDialog />
        <HelpDialog />
      </ErrorBoundary>
      <AskDialog />
      <AskTextDialog />
      <Toasts place={view === "design" || isStart ? "top" : "bottom"} />
      <LiveRegion />
    </TooltipProvider>
  );
}

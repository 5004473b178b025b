import { SegmentedControl } from "../ui/SegmentedControl.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { useDocument } from "../state/documentStore.ts";
import { sessionStore, useSession, type View } from "../state/sessionStore.ts";
import { DeviceChip } from "../training/DeviceChip.tsx";
import { ExportButton } from "../training/ExportButton.tsx";
import { TrainButton } from "../training/TrainButton.tsx";
import { ProjectName } from "./ProjectName.tsx";
import { SaveStatus } from "./SaveStatus.tsx";

const views = [
  { value: "design", title: "Design" },
  { value: "data", title: "Data" },
  { value: "runs", title: "Runs" },
  { value: "code", title: "Code" },
] as const satisfies readonly { value: View; title: string }[];

export function TopBar() {
  const view = useSession((state) => state.view);
  const name = useDocument((state) => state.document.name);
  const { showView } = sessionStore.getState();
  return (
    <header className="nl-topbar">
      <div className="nl-topbar-left">
        <Tooltip text="Start screen">
          <button
            type="button"
            className="nl-home"
            aria-label="Start screen"
            onClick={() => showView("start")}
          >
            <Mark />
          </button>
        </Tooltip>
        <h1 className="nl-visually-hidden">{name}</h1>
        <ProjectName />
        <SaveStatus />
      </div>
      <SegmentedControl
        label="View"
        value={view === "start" ? "design" : view}
        options={views}
        onChange={showView}
      />
      <div className="nl-topbar-right">
        <DeviceChip />
        <ExportButton />
        <TrainButton />
      </div>
    </header>
  );
}

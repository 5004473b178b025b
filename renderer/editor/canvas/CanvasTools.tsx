import { useStore } from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import {
  ArrowDown,
  ArrowRight,
  EllipsisVertical,
  Frame,
  Flame,
  Grid2x2,
  Map as MapSign,
  Minus,
  Package,
  Plus,
  StickyNote,
} from "lucide-react";
import { runCommand } from "../../commands/defineCommand.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { Tooltip } from "../../ui/Tooltip.tsx";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { useHeatMeasure } from "../heatMap/heatStore.ts";

const zoomPercent = (state: ReactFlowState) => Math.round(state.transform[2] * 100);

/** Zoom, fit and tidy-up at the lower left; the rest in a menu. */
export function CanvasTools() {
  const percent = useStore(zoomPercent);
  const isMinimapShown = useCanvas((state) => state.isMinimapShown);
  const heatMeasure = useHeatMeasure();
  const isSnapping = useCanvas((state) => state.isSnapping);
  const zoomBy = (factor: number) => canvasStore.getState().handle?.zoomBy(factor);
  return (
    <div className="ed-tools" role="toolbar" aria-label="Canvas">
      <IconButton
        icon={Minus}
        label="Zoom out"
        shortcut="Mod+-"
        iconSize={14}
        onClick={() => zoomBy(1 / 1.25)}
      />
      <Tooltip text="Zoom to 100 %" shortcut="Mod+0" side="top">
        <button
          type="button"
          className="ed-tool is-percent"
          aria-label={`Zoom ${percent} %, set to 100 %`}
          onClick={() => canvasStore.getState().handle?.zoomTo(1)}
        >
          {percent} %
        </button>
      </Tooltip>
      <IconButton
        icon={Plus}
        label="Zoom in"
        shortcut="Mod++"
        iconSize={14}
        onClick={() => zoomBy(1.25)}
      />
      <Tooltip text="Show the whole graph" shortcut="F" side="top">
        <button type="button" className="ed-tool" onClick={() => runCommand("view.fit")}>
          Fit
        </button>
      </Tooltip>
      <Tooltip text="Lay the graph out anew" shortcut="L" side="top">
        <button type="button" className="ed-tool" onClick={() => runCommand("graph.tidyUp")}>
          Tidy up
        </button>
      </Tooltip>
      <Menu
        trigger={<IconButton icon={EllipsisVertical} label="More canvas tools" iconSize={14} />}
        entries={[
          {
            title: "Tidy up, top to bottom",
            icon: ArrowDown,
            run: () => runCommand("graph.tidyDown"),
          },
          {
            title: "Tidy up, left to right",
            icon: ArrowRight,
            run: () => runCommand("graph.tidyRight"),
          },
          {
            title: "Add a note",
            icon: StickyNote,
            shortcut: "N",
            run: () => runCommand("graph.addNote"),
          },
          {
            title: "Add a frame",
            icon: Frame,
            shortcut: "Mod+Shift+F",
            run: () => runCommand("graph.addFrame"),
          },
          {
            title: "Make a block of the selection …",
            icon: Package,
            shortcut: "Mod+G",
            run: () => runCommand("block.make"),
          },
          "separator",
          {
            title: heatMeasure === null ? "Show the cost heat map" : "Hide the cost heat map",
            icon: Flame,
            shortcut: "H",
            run: () => runCommand("view.toggleHeatMap"),
          },
          {
            title: isMinimapShown ? "Hide the minimap" : "Show the minimap",
            icon: MapSign,
            run: () => runCommand("view.toggleMinimap"),
          },
          {
            title: isSnapping ? "Don't snap to the grid" : "Snap to the grid",
            icon: Grid2x2,
            run: () => runCommand("view.toggleSnap"),
          },
        ]}
      />
    </div>
  );
}

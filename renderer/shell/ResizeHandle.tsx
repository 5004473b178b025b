import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { type PanelName, panelLimits, sessionStore, useSession } from "../state/sessionStore.ts";

const names: Readonly<Record<PanelName, string>> = {
  left: "Width of the palette",
  right: "Width of the inspector",
  bottom: "Height of the lower panel",
};

/** The edge of a panel: drag it, or step it with the arrow keys; Enter or a double click opens and closes. */
export function ResizeHandle({ panel }: { readonly panel: PanelName }) {
  const { size, isOpen } = useSession((state) => state.panels[panel]);
  const drag = useRef<{ at: number; size: number } | null>(null);
  const { setPanel } = sessionStore.getState();
  const isUpright = panel !== "bottom";
  // Which way the panel grows when the pointer goes right or down.
  const sign = panel === "left" ? 1 : -1;

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { at: isUpright ? event.clientX : event.clientY, size: isOpen ? size : 0 };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (drag.current === null) return;
    const moved = (isUpright ? event.clientX : event.clientY) - drag.current.at;
    const wanted = drag.current.size + sign * moved;
    // Pulled well below its least size, a panel closes; pulled out again, it opens.
    if (wanted < panelLimits[panel].min / 2) setPanel(panel, { isOpen: false });
    else setPanel(panel, { isOpen: true, size: wanted });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const grow = { left: "ArrowRight", right: "ArrowLeft", bottom: "ArrowUp" }[panel];
    const shrink = { left: "ArrowLeft", right: "ArrowRight", bottom: "ArrowDown" }[panel];
    const step = event.shiftKey ? 64 : 16;
    if (event.key === grow) setPanel(panel, { isOpen: true, size: size + step });
    else if (event.key === shrink) setPanel(panel, { size: size - step });
    else if (event.key === "Enter") setPanel(panel, { isOpen: !isOpen });
    else if (event.key === "Home") setPanel(panel, { isOpen: true, size: panelLimits[panel].min });
    else if (event.key === "End") setPanel(panel, { isOpen: true, size: panelLimits[panel].max });
    else return;
    event.preventDefault();
  };

  return (
    <div
      className={`nl-resize is-${panel}`}
      role="separator"
      tabIndex={0}
      aria-label={names[panel]}
      aria-orientation={isUpright ? "vertical" : "horizontal"}
      aria-valuemin={0}
      aria-valuemax={panelLimits[panel].max}
      aria-valuenow={isOpen ? size : 0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        drag.current = null;
      }}
      onDoubleClick={() => setPanel(panel, { isOpen: !isOpen })}
      onKeyDown={onKeyDown}
    />
  );
}

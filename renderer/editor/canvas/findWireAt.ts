import type { Position } from "#shared/document/model.ts";

/** The wire under a point of the window, also where a dragged node lies over it. */
export function findWireAt(screen: Position): string | null {
  for (const element of document.elementsFromPoint(screen.x, screen.y)) {
    const wire = element.closest<HTMLElement | SVGElement>(".react-flow__edge, .ed-pill");
    const id = wire?.dataset["id"] ?? wire?.dataset["wire"];
    if (id !== undefined) return id;
  }
  return null;
}

import { createContext, useContext } from "react";

/** How much is drawn: all; without messages and repeated shapes; only coloured bars. */
export type Detail = "near" | "middle" | "far";

export function detailOfZoom(zoom: number): Detail {
  return zoom >= 0.62 ? "near" : zoom >= 0.36 ? "middle" : "far";
}

/** Set once by the canvas, so that nodes render again only when the level changes and not on every zoom step. */
export const DetailContext = createContext<Detail>("near");

export function useDetail(): Detail {
  return useContext(DetailContext);
}

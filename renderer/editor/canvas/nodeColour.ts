import { familyColor } from "../../ui/layerFamily.ts";
import { readThemeColor } from "../../ui/themeColor.ts";
import type { CanvasNode } from "./deriveNodes.ts";

/** The colour of a node where it is only a bar: minimap and far view. */
export function nodeColourToken(node: CanvasNode): `--${string}` {
  if (node.type !== "layer") return "--line-strong";
  if (node.selected === true) return "--accent";
  return node.data.state === "error" ? "--error" : familyColor(node.data.category ?? "");
}

/** Reads each token once; a change of theme takes a new reader. */
export function createColourReader(): (token: `--${string}`) => string {
  const known = new Map<string, string>();
  return (token) => {
    const cached = known.get(token);
    if (cached !== undefined) return cached;
    const colour = readThemeColor(token);
    known.set(token, colour);
    return colour;
  };
}

import type { CSSProperties } from "react";
import { familyColor } from "./layerFamily.ts";
import { familyPaths, typePaths, unknownPath } from "./layerGlyphPaths.ts";
import "./parts.css";

/** The family's sign in its colour. Drawn on a 12 × 12 grid. */
export function LayerGlyph(props: {
  readonly category: string;
  /** A layer with a sign of its own; others take their family's. */
  readonly type?: string;
  readonly size?: number;
}) {
  const { category, type = "", size = 18 } = props;
  // A custom property is not in React's style type.
  const style = {
    width: size,
    height: size,
    "--c": `var(${familyColor(category)})`,
  } as CSSProperties;
  return (
    <span className="nl-glyph" style={style} aria-hidden="true">
      <svg viewBox="0 0 12 12">
        <path d={typePaths.get(type) ?? familyPaths.get(category) ?? unknownPath} />
      </svg>
    </span>
  );
}

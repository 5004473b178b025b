import type { CSSProperties } from "react";
import { familyColor } from "../../ui/layerFamily.ts";

const styles = new Map<string, CSSProperties>();

/** `--c` set to the family's colour; one object per family, because a new one each time would render again. */
export function familyStyle(category: string | null): CSSProperties {
  const key = category ?? "";
  const known = styles.get(key);
  if (known !== undefined) return known;
  // A custom property is not in React's style type.
  const style = { "--c": `var(${familyColor(key)})` } as CSSProperties;
  styles.set(key, style);
  return style;
}

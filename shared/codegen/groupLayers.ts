/** Comments that head the layers of each block in printed code. */
import type { PlanLayer } from "../compiler/plan.ts";

/**
 * Entries with a comment wherever another block begins, after an empty line. `mark` begins a comment in the target.
 */
export function groupLayers(
  layers: readonly PlanLayer[],
  print: (layer: PlanLayer) => string,
  mark: "//" | "#",
): readonly string[] {
  let last = "";
  return layers.flatMap((layer, index) => {
    const heading = layer.path.map(plainText).join(" / ");
    const isNew = heading !== last;
    last = heading;
    if (!isNew) return [print(layer)];
    return [
      ...(index > 0 ? [""] : []),
      ...(heading === "" ? [] : [`${mark} ${heading}`]),
      print(layer),
    ];
  });
}

/** Letters, digits and spaces only: a user's text in a comment could otherwise end it. */
function plainText(text: string): string {
  const words = text.normalize("NFKD").match(/[A-Za-z0-9]+/g) ?? [];
  return words.join(" ").slice(0, 60) || "block";
}

/** All layers. A new one is a file in `definitions/`, an import and a line here; the order is the palette's. */
import type { AnyLayerDefinition } from "./defineLayer.ts";
import { dense } from "./definitions/dense.ts";
import { input } from "./definitions/input.ts";
import { output } from "./definitions/output.ts";

export const layerDefinitions: readonly AnyLayerDefinition[] = [
  // Input and output
  input,
  output,
  // Core
  dense,
];

const byType: ReadonlyMap<string, AnyLayerDefinition> = new Map(
  layerDefinitions.map((definition) => [definition.type, definition]),
);

export function findLayer(type: string): AnyLayerDefinition | null {
  return byType.get(type) ?? null;
}

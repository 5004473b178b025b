import type { AnyLayerDefinition } from "#shared/layers/defineLayer.ts";
import { layerDefinitions } from "#shared/layers/registry.ts";

const modelEnds: ReadonlySet<string> = new Set(["input", "output"]);
const blockEnds: ReadonlySet<string> = new Set(["blockInput", "blockOutput"]);
const ofModel = layerDefinitions.filter(({ type }) => !blockEnds.has(type));
const ofBlock = layerDefinitions.filter(({ type }) => !modelEnds.has(type));

/** What can be added: data enters and leaves the model itself, and a block has ports instead. */
export function listLayersFor(isInBlock: boolean): readonly AnyLayerDefinition[] {
  return isInBlock ? ofBlock : ofModel;
}

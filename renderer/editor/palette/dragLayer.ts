/** The palette drag carries a layer type under a name of our own, so that nothing else can be dropped as a layer. */
export const layerDragType = "application/x-netloom-layer";

export function readDraggedLayer(data: DataTransfer): string | null {
  const type = data.getData(layerDragType);
  return type === "" ? null : type;
}

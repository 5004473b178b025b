import { memo } from "react";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { addLayer } from "../layerActions.ts";
import { layerDragType } from "./dragLayer.ts";
import { MarkedTitle } from "./MarkedTitle.tsx";
import type { LayerMatch } from "./searchLayers.ts";

/** A layer to add: a click or Enter puts it behind the selection, a drag anywhere or on a wire. */
export const PaletteItem = memo(function PaletteItem({ match }: { readonly match: LayerMatch }) {
  const { definition, marks, via } = match;
  return (
    <button
      type="button"
      className="ed-item"
      draggable
      title={definition.summary}
      data-layer={definition.type}
      onClick={() => addLayer({ type: definition.type })}
      onDragStart={(event) => {
        event.dataTransfer.setData(layerDragType, definition.type);
        event.dataTransfer.effectAllowed = "copy";
      }}
    >
      <LayerGlyph category={definition.category} type={definition.type} />
      <span className="ed-item-title">
        <MarkedTitle title={definition.title} marks={marks} />
      </span>
      {via !== null && <span className="ed-item-via">{via}</span>}
    </button>
  );
});

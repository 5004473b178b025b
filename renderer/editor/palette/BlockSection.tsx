import { useEffect } from "react";
import { MoreHorizontal } from "lucide-react";
import type { BlockDefinition } from "#shared/document/model.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import { useDocument } from "../../state/documentStore.ts";
import { IconButton } from "../../ui/Button.tsx";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { countInstances, listUsableBlocks } from "../blocks/blockUses.ts";
import { deleteBlock } from "../blocks/blockActions.ts";
import {
  insertBlockFromFile,
  insertLibraryBlock,
  removeFromLibrary,
  saveBlockToLibrary,
} from "../blocks/blockFiles.ts";
import { refreshLibrary, useLibrary } from "../blocks/libraryStore.ts";
import { addLayer } from "../layerActions.ts";
import { layerDragType } from "./dragLayer.ts";
import { MarkedTitle } from "./MarkedTitle.tsx";
import { matchText } from "./searchLayers.ts";

/** The project's blocks and those of the user's library. */
export function BlockSection({ query }: { readonly query: string }) {
  const document = useDocument((state) => state.document);
  const inside = useDocument((state) => state.block);
  const library = useLibrary();
  useEffect(() => void refreshLibrary(), []);
  const wanted = query
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  const match = (name: string) => (wanted === "" ? { marks: [] } : matchText(name, wanted));
  const blocks = listUsableBlocks(document, inside).filter(({ name }) => match(name) !== null);
  const entries = library.filter(({ name }) => match(name) !== null);
  const isSearching = wanted !== "";
  if (isSearching && blocks.length + entries.length === 0) return null;
  return (
    <>
      <section aria-label="Blocks">
        <h3 className="ed-palette-heading">
          Blocks <span>{blocks.length}</span>
        </h3>
        {blocks.map((block) => (
          <BlockItem
            key={block.id}
            block={block}
            marks={match(block.name)?.marks ?? []}
            uses={countInstances(document, block.id)}
          />
        ))}
        {blocks.length === 0 && !isSearching && (
          <p className="ed-palette-hint">
            Select layers and press <b>Make block</b> (Ctrl+G): they become one part that you can
            use again.
          </p>
        )}
      </section>
      {(entries.length > 0 || !isSearching) && (
        <section aria-label="Block library">
          <h3 className="ed-palette-heading">
            Library <span>{entries.length}</span>
          </h3>
          {entries.map((entry) => (
            <div key={entry.id} className="ed-item-row">
              <button
                type="button"
                className="ed-item"
                title={entry.summary === "" ? entry.name : entry.summary}
                onClick={() => void insertLibraryBlock(entry.id)}
              >
                <LayerGlyph category="block" />
                <span className="ed-item-title">
                  <MarkedTitle title={entry.name} marks={match(entry.name)?.marks ?? []} />
                </span>
              </button>
              <Menu
                trigger={
                  <IconButton
                    icon={MoreHorizontal}
                    iconSize={14}
                    label={`More about ${entry.name}`}
                  />
                }
                entries={[
                  { title: "Insert", run: () => void insertLibraryBlock(entry.id) },
                  {
                    title: "Remove from the library",
                    run: () => void removeFromLibrary(entry.id, entry.name),
                  },
                ]}
              />
            </div>
          ))}
          {!isSearching && (
            <button type="button" className="ed-item is-quiet" onClick={insertBlockFromFile}>
              <span className="ed-item-title">Insert from a file …</span>
            </button>
          )}
        </section>
      )}
    </>
  );
}

function BlockItem(props: {
  readonly block: BlockDefinition;
  readonly marks: readonly number[];
  readonly uses: number;
}) {
  const { block, uses } = props;
  const type = blockTypeOf(block.id);
  return (
    <div className="ed-item-row">
      <button
        type="button"
        className="ed-item"
        draggable
        title={block.summary === "" ? block.name : block.summary}
        data-layer={type}
        onClick={() => addLayer({ type })}
        onDragStart={(event) => {
          event.dataTransfer.setData(layerDragType, type);
          event.dataTransfer.effectAllowed = "copy";
        }}
      >
        <LayerGlyph category="block" />
        <span className="ed-item-title">
          <MarkedTitle title={block.name} marks={props.marks} />
        </span>
        <span className="ed-item-via">{uses === 0 ? "unused" : `× ${uses}`}</span>
      </button>
      <Menu
        trigger={
          <IconButton icon={MoreHorizontal} iconSize={14} label={`More about ${block.name}`} />
        }
        entries={[
          { title: "Insert", run: () => addLayer({ type }) },
          { title: "Save to library", run: () => void saveBlockToLibrary(block.id) },
          "separator",
          {
            title: "Delete unused block",
            isDisabled: uses > 0,
            run: () => deleteBlock(block),
          },
        ]}
      />
    </div>
  );
}

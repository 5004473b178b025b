import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { useDocument } from "../../state/documentStore.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import type { BlockDefinition, ProjectDocument } from "#shared/document/model.ts";
import { listUsableBlocks } from "../blocks/blockUses.ts";
import { sessionStore, useSession } from "../../state/sessionStore.ts";
import { SearchField } from "../../ui/SearchField.tsx";
import { addLayer } from "../layerActions.ts";
import { BlockSection } from "./BlockSection.tsx";
import { categoryTitles } from "./categoryTitles.ts";
import { listLayersFor } from "./listLayers.ts";
import { PaletteItem } from "./PaletteItem.tsx";
import { matchText, searchLayers } from "./searchLayers.ts";
import type { LayerMatch } from "./searchLayers.ts";
import { TemplateSection } from "./TemplateSection.tsx";
import "./palette.css";

/** All layers by family, with a search first. Enter, a click or a drag adds one. */
export function Palette() {
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useFocusRequest(input);
  const isSearching = query.trim() !== "";
  const isInBlock = useDocument((state) => state.block !== null);
  const groups = useMemo(() => groupMatches(query, isInBlock), [query, isInBlock]);
  const document = useDocument((state) => state.document);
  const inside = useDocument((state) => state.block);
  const blocks = useMemo(
    () => (isSearching ? findBlockTypes(document, inside, query) : noTypes),
    [document, inside, query, isSearching],
  );
  const count = groups.reduce((sum, group) => sum + group.matches.length, 0);

  // A project's own parts come first once there are any.
  const hasBlocks = Object.keys(document.blocks).length > 0;

  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      focusItem(list.current, 0);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const best = groups[0]?.matches[0];
      const type = best?.definition.type ?? blocks[0];
      if (type === undefined || !isSearching) return;
      addLayer({ type });
      // The next search replaces this one.
      input.current?.select();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (query === "") sessionStore.getState().requestFocus({ kind: "canvas" });
      else setQuery("");
    }
  };
  return (
    <div className="ed-palette">
      <div className="ed-palette-search">
        <SearchField
          ref={input}
          label="Search layers"
          shortcut="/"
          value={query}
          aria-controls="layer-palette"
          onSearch={setQuery}
          onKeyDown={onSearchKey}
        />
      </div>
      <div
        ref={list}
        id="layer-palette"
        className="ed-palette-list"
        onKeyDown={(event) => walkItems(event, { list: list.current, search: input.current })}
      >
        {hasBlocks && <BlockSection query={query} />}
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className="ed-palette-heading">
              {group.title} <span>{group.matches.length}</span>
            </h3>
            {group.matches.map((match) => (
              <PaletteItem key={match.definition.type} match={match} />
            ))}
          </section>
        ))}
        {!hasBlocks && <BlockSection query={query} />}
        {count === 0 && blocks.length === 0 && (
          <p className="ed-palette-none">
            No layer is called “{query.trim()}”. Try what it does: <i>pooling</i>, <i>skip</i>,{" "}
            <i>sequence</i>.
          </p>
        )}
        {!isSearching && <TemplateSection />}
      </div>
      <div className="nl-visually-hidden" role="status">
        {isSearching ? `${count} ${count === 1 ? "layer" : "layers"} found` : ""}
      </div>
    </div>
  );
}

const noTypes: readonly string[] = [];

/** Types of the blocks that answer a search. */
function findBlockTypes(
  document: ProjectDocument,
  block: BlockDefinition | null,
  query: string,
): readonly string[] {
  const wanted = query.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return listUsableBlocks(document, block)
    .filter(({ name }) => matchText(name, wanted) !== null)
    .map(({ id }) => blockTypeOf(id));
}

interface MatchGroup {
  readonly title: string;
  readonly matches: readonly LayerMatch[];
}

/** By family; a search gives one list, best first. */
function groupMatches(query: string, isInBlock: boolean): readonly MatchGroup[] {
  const matches = searchLayers(listLayersFor(isInBlock), query);
  if (query.trim() !== "") return matches.length === 0 ? [] : [{ title: "Found", matches }];
  return categoryTitles
    .map(({ category, title }) => ({
      title,
      matches: matches.filter((match) => match.definition.category === category),
    }))
    .filter((group) => group.matches.length > 0);
}

function useFocusRequest(input: { readonly current: HTMLInputElement | null }): void {
  const isAsked = useSession((state) => state.focusRequest?.kind === "paletteSearch");
  useEffect(() => {
    if (!isAsked) return;
    sessionStore.getState().clearFocusRequest();
    input.current?.focus();
    input.current?.select();
  }, [isAsked, input]);
}

function itemsOf(list: HTMLElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("button.ed-item") ?? [])];
}

function focusItem(list: HTMLElement | null, index: number): void {
  itemsOf(list)[index]?.focus();
}

function walkItems(
  event: KeyboardEvent,
  places: { readonly list: HTMLElement | null; readonly search: HTMLInputElement | null },
): void {
  const items = itemsOf(places.list);
  const at = items.findIndex((item) => item === event.target);
  if (at < 0) return;
  switch (event.key) {
    case "ArrowDown":
      event.preventDefault();
      items[Math.min(items.length - 1, at + 1)]?.focus();
      return;
    case "ArrowUp":
      event.preventDefault();
      if (at === 0) places.search?.focus();
      else items[at - 1]?.focus();
      return;
    case "Home":
      event.preventDefault();
      items[0]?.focus();
      return;
    case "End":
      event.preventDefault();
      items.at(-1)?.focus();
      return;
    case "Escape":
      event.preventDefault();
      sessionStore.getState().requestFocus({ kind: "canvas" });
  }
}

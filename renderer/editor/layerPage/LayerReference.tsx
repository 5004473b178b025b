import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { NodeId } from "#shared/base/ids.ts";
import { makeLayerPage } from "#shared/layers/layerPage.ts";
import { findLayer, layerDefinitions } from "#shared/layers/registry.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { categoryTitles } from "../palette/categoryTitles.ts";
import { searchLayers } from "../palette/searchLayers.ts";
import { LayerPageView } from "./LayerPageView.tsx";
import { readUse } from "./readUse.ts";

interface ReferenceState {
  readonly isOpen: boolean;
  readonly type: string;
  /** The node asked about, whose figures its page shows. */
  readonly node: NodeId | null;
}

const referenceStore = createStore<ReferenceState>()(() => ({
  isOpen: false,
  type: "dense",
  node: null,
}));

/** Opens the pages of all layers; at the page of a node's layer where one is given. */
export function openLayerReference(node: NodeId | null): void {
  const type = node === null ? null : (readUse(node)?.type ?? null);
  referenceStore.setState((state) => ({ isOpen: true, type: type ?? state.type, node }));
}

/** Every layer's page, with a list to choose from. */
export function LayerReference() {
  const { isOpen, type, node } = useStore(referenceStore);
  const [query, setQuery] = useState("");
  const definition = findLayer(type);
  const page = useMemo(() => {
    if (definition === null) return null;
    const use = node === null ? null : readUse(node);
    return makeLayerPage(definition, use?.type === type ? use : null);
  }, [definition, node, type]);
  if (!isOpen) return null;
  return (
    <Dialog
      isOpen
      size="large"
      title="Layers"
      onClose={() => referenceStore.setState({ isOpen: false })}
    >
      <div className="ed-reference">
        <nav className="ed-reference-list" aria-label="Layers">
          <SearchField label="Find a layer" value={query} onSearch={setQuery} />
          <div className="ed-reference-entries">
            <Entries query={query} current={type} />
          </div>
        </nav>
        {/* A new page starts at its top. */}
        <div className="ed-reference-page" key={type} tabIndex={0} role="region" aria-label="Page">
          {page === null ? <p>Nothing is known about “{type}”.</p> : <LayerPageView page={page} />}
        </div>
      </div>
    </Dialog>
  );
}

const showEntry = (entry: HTMLButtonElement | null) => entry?.scrollIntoView({ block: "nearest" });

function Entries(props: { readonly query: string; readonly current: string }) {
  const { query, current } = props;
  const found = searchLayers(layerDefinitions, query).map(({ definition }) => definition);
  if (found.length === 0) return <p className="ed-page-note">No layer is called that.</p>;
  return categoryTitles.map(({ category, title }) => {
    const members = found.filter((definition) => definition.category === category);
    if (members.length === 0) return null;
    return (
      <section key={category}>
        <h3>{title}</h3>
        {members.map((definition) => (
          <button
            key={definition.type}
            type="button"
            aria-current={definition.type === current ? "page" : undefined}
            ref={definition.type === current ? showEntry : null}
            onClick={() => referenceStore.setState({ type: definition.type })}
          >
            <LayerGlyph category={definition.category} type={definition.type} size={14} />
            {definition.title}
          </button>
        ))}
      </section>
    );
  });
}

import { useMemo } from "react";
import { suggestLayers } from "#shared/analysis/suggestLayers.ts";
import { formatSizes } from "#shared/layers/shape.ts";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { documentStore } from "../../state/documentStore.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import { listUsableBlocks } from "../blocks/blockUses.ts";
import { canvasStore } from "../canvasStore.ts";
import type { LayerSearchRequest } from "../canvasStore.ts";
import { addSearchedLayer } from "../layerActions.ts";
import { listLayersFor } from "../palette/listLayers.ts";
import { MarkedTitle } from "../palette/MarkedTitle.tsx";
import { PickList } from "./PickList.tsx";
import type { PickEntry } from "./PickList.tsx";
import { matchText, searchLayers } from "../palette/searchLayers.ts";
import type { LayerMatch } from "../palette/searchLayers.ts";

/** The list of layers at a point of the canvas; at the end of a pulled wire, those that fit come first. */
export function LayerSearch({ request }: { readonly request: LayerSearchRequest }) {
  const fitting = useMemo(() => findFitting(request), [request]);
  const close = () => {
    canvasStore.setState({ layerSearch: null });
    canvasStore.getState().handle?.focus();
  };
  return (
    <div className="ed-pick-place nodrag nopan nowheel" style={placeNear(request.screen)}>
      <PickList
        label={request.wire === null ? "Add a layer here" : "Layers that fit this wire"}
        placeholder="Search layers"
        emptyText="No layer of that name."
        findEntries={(query) => listEntries(query, { fitting, wire: request.wire })}
        onPick={(type) => {
          canvasStore.setState({ layerSearch: null });
          addSearchedLayer({ type, ...paramsOf(fitting, type) }, request);
          canvasStore.getState().handle?.focus();
        }}
        onClose={close}
      />
    </div>
  );
}

type Fitting = ReturnType<typeof findFitting>;

function findFitting(request: LayerSearchRequest) {
  const { graph, analysis } = documentStore.getState();
  if (request.wire?.end !== "source") return [];
  return suggestLayers(graph, analysis, request.wire.node);
}

function paramsOf(fitting: Fitting, type: string) {
  const params = fitting.find((entry) => entry.type === type)?.params;
  return params === undefined ? {} : { params };
}

function listEntries(
  query: string,
  context: { readonly fitting: Fitting; readonly wire: LayerSearchRequest["wire"] },
): readonly PickEntry[] {
  const { fitting, wire } = context;
  // What has no port for this end of the wire can't be an answer.
  const isInBlock = documentStore.getState().block !== null;
  const usable = listLayersFor(isInBlock).filter((definition) =>
    wire === null
      ? true
      : wire.end === "source"
        ? definition.inputs.max !== 0
        : definition.outputs > 0,
  );
  const rank = new Map(fitting.map((entry, index) => [entry.type, index]));
  const matches = searchLayers(usable, query);
  const blocks = listBlocks(query);
  if (rank.size === 0) {
    const layers = matches.map((match) =>
      toEntry(match, query === "" ? match.definition.category : null),
    );
    return query === "" ? [...blocks, ...layers] : [...layers, ...blocks];
  }
  const fit = matches.filter((match) => rank.has(match.definition.type));
  const rest = matches.filter((match) => !rank.has(match.definition.type));
  if (query === "") {
    fit.sort(
      (left, right) =>
        (rank.get(left.definition.type) ?? 0) - (rank.get(right.definition.type) ?? 0),
    );
  }
  return [
    ...fit.map((match) => {
      const shape = fitting.find(({ type }) => type === match.definition.type)?.outputShape ?? null;
      return toEntry(match, "Fits", shape === null ? undefined : `→ ${formatSizes(shape)}`);
    }),
    ...blocks,
    ...rest.map((match) => toEntry(match, "Doesn't fit yet")),
  ];
}

/** The project's blocks that may stand here. */
function listBlocks(query: string): readonly PickEntry[] {
  const { document, block: inside } = documentStore.getState();
  const wanted = query.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return listUsableBlocks(document, inside).flatMap((block): readonly PickEntry[] => {
    const match = wanted === "" ? { marks: [] } : matchText(block.name, wanted);
    if (match === null) return [];
    return [
      {
        id: blockTypeOf(block.id),
        group: "Blocks",
        content: (
          <>
            <LayerGlyph category="block" />
            <span className="ed-pick-title">
              <MarkedTitle title={block.name} marks={match.marks} />
            </span>
            <span className="ed-pick-hint">{block.summary}</span>
          </>
        ),
      },
    ];
  });
}

function toEntry(match: LayerMatch, group: string | null, hint?: string): PickEntry {
  const { definition } = match;
  return {
    id: definition.type,
    ...(group === null ? {} : { group }),
    content: (
      <>
        <LayerGlyph category={definition.category} type={definition.type} />
        <span className="ed-pick-title">
          <MarkedTitle title={definition.title} marks={match.marks} />
        </span>
        <span className="ed-pick-hint">{hint ?? match.via ?? definition.summary}</span>
      </>
    ),
  };
}

const listSize = { width: 320, height: 340 };

/** Keeps the list inside the window. */
function placeNear(screen: { readonly x: number; readonly y: number }) {
  return {
    left: Math.max(8, Math.min(screen.x, window.innerWidth - listSize.width - 8)),
    top: Math.max(8, Math.min(screen.y, window.innerHeight - listSize.height - 8)),
  };
}

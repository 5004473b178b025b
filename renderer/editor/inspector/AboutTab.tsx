import { useMemo } from "react";
import type { NodeId } from "#shared/base/ids.ts";
import { makeLayerPage } from "#shared/layers/layerPage.ts";
import { findLayer } from "#shared/layers/registry.ts";
import { useDocument } from "../../state/documentStore.ts";
import { LayerPageView } from "../layerPage/LayerPageView.tsx";
import { readUse } from "../layerPage/readUse.ts";

/** The layer's page with the figures of this node. */
export function AboutTab({ node }: { readonly node: NodeId }) {
  const params = useDocument((state) => state.graph.nodes[node]?.params);
  const analysis = useDocument((state) => state.analysis.nodes[node]);
  const page = useMemo(() => {
    // What `readUse` reads.
    void [params, analysis];
    const use = readUse(node);
    const definition = use === null ? null : findLayer(use.type);
    return definition === null ? null : makeLayerPage(definition, use);
  }, [node, params, analysis]);
  if (page === null) return <p className="ed-inspector-text">Nothing is known about this layer.</p>;
  return (
    <div className="ed-about">
      <LayerPageView page={page} />
    </div>
  );
}

import { Handle, Position } from "@xyflow/react";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { HeatTint } from "../heatMap/HeatTint.tsx";
import { useCanvas } from "../canvasStore.ts";
import type { LayerFlowNode } from "./deriveNodes.ts";
import { useDetail } from "./detail.ts";
import { familyStyle } from "./familyStyle.ts";
import { ProblemBubble } from "./ProblemBubble.tsx";

type LayerNodeProps = NodeProps<LayerFlowNode>;

/** A layer on the canvas. */
export const LayerNode = memo(
  function LayerNode({ data, selected }: LayerNodeProps) {
    const detail = useDetail();
    // Drawn by FarPicture; the empty node still takes clicks and drags.
    if (detail === "far") return null;
    const isDown = data.direction === "down";
    return (
      <div className="ed-node" data-state={data.state} style={familyStyle(data.category)}>
        {data.hasInput && (
          <Handle
            type="target"
            className="ed-port"
            position={isDown ? Position.Top : Position.Left}
          />
        )}
        <HeatTint node={data.nodeId} />
        <div className="ed-node-title">
          <span className="ed-node-type">{data.title}</span>
          <span className="ed-node-name">{data.name}</span>
          <span className="ed-node-badge">{data.badge}</span>
        </div>
        <div className="ed-node-caption">{data.caption}</div>
        {data.hasOutput && (
          <Handle
            type="source"
            className="ed-port"
            position={isDown ? Position.Bottom : Position.Right}
          />
        )}
        {data.bubble !== null && <NodeMessage data={data} isSelected={selected} />}
      </div>
    );
  },
  // Position and drag state come as props too, but the wrapper moves the node.
  (before, after) => before.data === after.data && before.selected === after.selected,
);

function NodeMessage(props: {
  readonly data: LayerFlowNode["data"];
  readonly isSelected: boolean;
}) {
  const { data, isSelected } = props;
  const isFolded = useCanvas((state) => state.foldedMessages.has(data.nodeId));
  if (data.bubble === null) return null;
  const isOpen = !isFolded && (data.isBubbleOpen || isSelected);
  return (
    <ProblemBubble
      nodeId={data.nodeId}
      problem={data.bubble}
      moreCount={data.problems.length - 1}
      isOpen={isOpen}
      direction={data.direction}
    />
  );
}

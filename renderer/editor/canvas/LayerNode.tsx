import { Handle, Position } from "@xyflow/react";
import type { NodeProps } from "@xyflow/react";
import { Link2, LogIn, Snowflake } from "lucide-react";
import { memo } from "react";
import { Icon } from "../../ui/Icon.tsx";
import { enterInstance } from "../blocks/enterInstance.ts";
import { NodeObservation } from "../../training/observe/NodeObservation.tsx";
import { HeatTint } from "../heatMap/HeatTint.tsx";
import { useCanvas } from "../canvasStore.ts";
import type { LayerFlowNode, LayerNodeData } from "./deriveNodes.ts";
import { useDetail } from "./detail.ts";
import { familyStyle } from "./familyStyle.ts";
import { nodeWidth } from "./geometry.ts";
import { inputHandle, outputHandle, portShare, portStyle } from "./ports.ts";
import { ProblemBubble } from "./ProblemBubble.tsx";

type LayerNodeProps = NodeProps<LayerFlowNode>;

/** A layer or a block on the canvas. */
export const LayerNode = memo(
  function LayerNode({ data, selected }: LayerNodeProps) {
    const detail = useDetail();
    // Drawn by FarPicture; the empty node still takes clicks and drags.
    if (detail === "far") return null;
    return (
      <div
        className="ed-node"
        data-state={data.state}
        data-block={data.isBlock ? "" : undefined}
        data-repeated={data.repeat > 1 ? "" : undefined}
        data-muted={data.isMuted ? "" : undefined}
        style={familyStyle(data.category)}
      >
        {data.hasInput && <Ports data={data} side="input" />}
        <HeatTint node={data.nodeId} />
        <NodeObservation node={data.nodeId} />
        <div className="ed-node-title" data-tight={data.isTitleTight ? "" : undefined}>
          <span className="ed-node-type">{data.title}</span>
          {data.repeat > 1 && <span className="ed-node-repeat">× {data.repeat}</span>}
          {data.name !== "" && <span className="ed-node-name">{data.name}</span>}
          <Traits data={data} />
          {data.badge !== "" && <span className="ed-node-badge">{data.badge}</span>}
        </div>
        <div className="ed-node-caption">{data.caption}</div>
        {data.isBlock && (
          <button
            type="button"
            className="ed-node-enter nodrag nopan"
            tabIndex={-1}
            aria-label={`Open ${data.title}`}
            title="Open the block (Enter)"
            onClick={() => enterInstance(data.nodeId)}
          >
            <Icon of={LogIn} size={12} />
          </button>
        )}
        <Ports data={data} side="output" />
        {data.bubble !== null && <NodeMessage data={data} isSelected={selected} />}
      </div>
    );
  },
  // Position and drag state come as props too, but the wrapper moves the node.
  (before, after) => before.data === after.data && before.selected === after.selected,
);

/** Small signs for what is unusual about this layer; their words are in the node's spoken name. */
function Traits({ data }: { readonly data: LayerNodeData }) {
  return (
    <>
      {data.isMuted && <span className="ed-trait">muted</span>}
      {data.sharedWith !== "" && (
        <span className="ed-trait" title={`Shared with ${data.sharedWith}: the same weights`}>
          <Icon of={Link2} size={11} /> {data.sharedWith}
        </span>
      )}
      {data.isFrozen && (
        <span className="ed-trait" title="Frozen: training leaves its weights as they are">
          <Icon of={Snowflake} size={11} />
        </span>
      )}
    </>
  );
}

/** The ports of one side, each with its name where there are several. */
function Ports(props: { readonly data: LayerNodeData; readonly side: "input" | "output" }) {
  const { data, side } = props;
  const isDown = data.direction === "down";
  const isInput = side === "input";
  const names = isInput ? data.inputPorts : data.outputPorts;
  const listed = isInput && names.length === 0 ? [""] : names;
  const position = isInput
    ? isDown
      ? Position.Top
      : Position.Left
    : isDown
      ? Position.Bottom
      : Position.Right;
  return listed.map((name, index) => {
    const share = portShare(listed.length, index);
    const style = portStyle(share, data.direction);
    return (
      <span key={index}>
        <Handle
          id={isInput ? inputHandle(names.length, index) : outputHandle(names.length, index)}
          type={isInput ? "target" : "source"}
          className="ed-port"
          data-several={listed.length > 1 ? "" : undefined}
          position={position}
          style={style}
        />
        {listed.length > 1 && (
          <span
            className="ed-port-name"
            data-side={side}
            data-direction={data.direction}
            style={{ ...style, maxWidth: isDown ? nodeWidth / (listed.length + 1) - 9 : 90 }}
          >
            {name}
          </span>
        )}
      </span>
    );
  });
}

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
      isBlock={data.isBlock}
      isOpen={isOpen}
      direction={data.direction}
    />
  );
}

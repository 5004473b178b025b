import { EdgeLabelRenderer } from "@xyflow/react";
import type { EdgeProps } from "@xyflow/react";
import { memo, useMemo } from "react";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import type { WireData, WireFlowEdge } from "./deriveEdges.ts";
import { useDetail } from "./detail.ts";

/** A wire with its shape riding on it. Its path comes from the document, not from measured ports. */
export const WireEdge = memo(
  function WireEdge({ id, data, selected = false }: EdgeProps<WireFlowEdge>) {
    const detail = useDetail();
    if (data === undefined) return null;
    const { path } = data.route;
    return (
      <>
        <path className="ed-wire" data-look={lookOf(data, selected)} d={path} />
        <path
          className="react-flow__edge-interaction"
          d={path}
          fill="none"
          strokeOpacity={0}
          strokeWidth={18}
        />
        {data.sizes !== "" && (detail === "near" || !data.isRepeat || data.isBad) && (
          <ShapePill id={id} data={data} isSelected={selected} />
        )}
      </>
    );
  },
  (before, after) => before.data === after.data && before.selected === after.selected,
);

function lookOf(data: WireData, isSelected: boolean): string {
  if (data.isDropTarget) return "drop";
  if (isSelected) return "selected";
  return data.isBad ? "bad" : data.isHot ? "hot" : "plain";
}

function ShapePill(props: {
  readonly id: string;
  readonly data: WireData;
  readonly isSelected: boolean;
}) {
  const { id, data, isSelected } = props;
  const isHovered = useCanvas((state) => state.hoveredWire === id);
  const { x, y } = data.route.label;
  const style = useMemo(
    () => ({ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }),
    [x, y],
  );
  const isWordy = isHovered || isSelected;
  return (
    <EdgeLabelRenderer>
      <div
        className="ed-pill nodrag nopan"
        data-bad={data.isBad ? "" : undefined}
        data-wordy={isWordy ? "" : undefined}
        data-wire={id}
        style={style}
        title={data.axes}
        onPointerEnter={() => canvasStore.setState({ hoveredWire: id })}
        onPointerLeave={() => canvasStore.setState({ hoveredWire: null })}
        onClick={() => sessionStore.getState().select({ edges: [data.edgeId] })}
      >
        {isWordy ? `${data.slot === "" ? "" : `${data.slot}: `}${data.axes}` : data.sizes}
      </div>
    </EdgeLabelRenderer>
  );
}

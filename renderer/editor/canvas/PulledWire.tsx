import type { ConnectionLineComponentProps } from "@xyflow/react";
import { currentGraph } from "../editDocument.ts";
import { findConnectFault } from "../graphEdits.ts";
import { useCanvas } from "../canvasStore.ts";
import type { CanvasNode } from "./deriveNodes.ts";
import { readPulled } from "./useWiring.ts";

/** The wire under the pointer while it is pulled; where it can't end here, it says why. */
export function PulledWire(props: ConnectionLineComponentProps<CanvasNode>) {
  const { fromX, fromY, toX, toY, fromHandle, fromNode, toNode, toHandle, connectionStatus } =
    props;
  const isDown = useCanvas((state) => state.direction) === "down";
  const sign = fromHandle.type === "source" ? 1 : -1;
  const pull = sign * Math.max(24, Math.abs(isDown ? toY - fromY : toX - fromX) / 2);
  const path = isDown
    ? `M${fromX} ${fromY}C${fromX} ${fromY + pull} ${toX} ${toY - pull} ${toX} ${toY}`
    : `M${fromX} ${fromY}C${fromX + pull} ${fromY} ${toX - pull} ${toY} ${toX} ${toY}`;
  const fault = connectionStatus === "invalid" && toNode !== null ? faultOf() : null;
  function faultOf(): string | null {
    return toNode === null
      ? null
      : findConnectFault(currentGraph(), readPulled({ fromNode, toNode, fromHandle, toHandle }));
  }
  return (
    <g>
      <path
        className="ed-wire"
        data-look={connectionStatus === "invalid" ? "bad" : "pulled"}
        d={path}
      />
      <circle
        className="ed-pulled-end"
        cx={toX}
        cy={toY}
        r={3.5}
        data-status={connectionStatus ?? ""}
      />
      {fault !== null && (
        <foreignObject x={toX + 10} y={toY + 8} width={260} height={60}>
          <div className="ed-pull-fault">{fault}</div>
        </foreignObject>
      )}
    </g>
  );
}

import { Position as Side } from "@xyflow/react";
import type { Node } from "@xyflow/react";
import { nodeHeight, nodeWidth } from "./geometry.ts";
import type { FlowDirection } from "./geometry.ts";
import { inputHandle, outputHandle, portShare } from "./ports.ts";

const portSize = { width: 8, height: 8 };
type Handles = NonNullable<Node["handles"]>;

export interface PortCounts {
  readonly hasInput: boolean;
  /** Named ones; empty: one port for all wires. */
  readonly inputPorts: readonly string[];
  readonly outputPorts: readonly string[];
  readonly direction: FlowDirection;
}

const known = new Map<string, Handles>();

/** Where React Flow finds the ports; one object for all nodes with as many. */
export function handlesOf(node: PortCounts): Handles {
  const inputs = node.hasInput ? Math.max(1, node.inputPorts.length) : 0;
  const outputs = node.outputPorts.length;
  const key = `${node.direction} ${inputs} ${node.inputPorts.length} ${outputs}`;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const isDown = node.direction === "down";
  const handles: Handles = [];
  for (let slot = 0; slot < inputs; slot++) {
    const share = portShare(inputs, slot);
    handles.push({
      id: inputHandle(node.inputPorts.length, slot),
      type: "target",
      position: isDown ? Side.Top : Side.Left,
      x: isDown ? nodeWidth * share - 4 : -4,
      y: isDown ? -4 : nodeHeight * share - 4,
      ...portSize,
    });
  }
  for (let port = 0; port < outputs; port++) {
    const share = portShare(outputs, port);
    handles.push({
      id: outputHandle(outputs, port),
      type: "source",
      position: isDown ? Side.Bottom : Side.Right,
      x: isDown ? nodeWidth * share - 4 : nodeWidth - 4,
      y: isDown ? nodeHeight - 4 : nodeHeight * share - 4,
      ...portSize,
    });
  }
  known.set(key, handles);
  return handles;
}

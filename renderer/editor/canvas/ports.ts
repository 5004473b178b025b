import type { FlowDirection } from "./geometry.ts";

/** The port that takes any number of wires in order, or the only one there is. */
const onlyInput = "in";
const onlyOutput = "out";

/** React Flow's name of a port: the slot of a named input, the number of one of several outputs. */
export function inputHandle(portCount: number, slot: number): string {
  return portCount === 0 ? onlyInput : `in-${slot}`;
}
export function outputHandle(portCount: number, port: number): string {
  return portCount === 0 ? onlyOutput : `out-${port}`;
}

/** The slot or port number in a handle's name; null for the only one. */
export function readHandle(handle: string | null | undefined): number | null {
  const number = /-(\d{1,4})$/.exec(handle ?? "")?.[1];
  return number === undefined ? null : Number(number);
}

/** Where along its side a port sits: 0 to 1. Ports stand evenly, a single one in the middle. */
export function portShare(portCount: number, index: number): number {
  return portCount <= 1 ? 0.5 : (Math.min(index, portCount - 1) + 1) / (portCount + 1);
}

export function portStyle(share: number, direction: FlowDirection) {
  return direction === "down" ? { left: `${share * 100}%` } : { top: `${share * 100}%` };
}

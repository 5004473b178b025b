import type { NodeId } from "#shared/base/ids.ts";
import { documentStore } from "../../state/documentStore.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { announce } from "../../ui/announce.ts";

/** Shows the inside of a block; false where the node is a layer. */
export function enterInstance(instance: NodeId): boolean {
  const isEntered = documentStore.getState().enterBlock(instance);
  if (!isEntered) return false;
  const { block } = documentStore.getState();
  announce(`In the block ${block?.name ?? ""}. Escape goes back.`);
  sessionStore.getState().requestFocus({ kind: "canvas" });
  return true;
}

export function leaveInstance(levels = 1): void {
  documentStore.getState().leaveBlock(levels);
  const { block } = documentStore.getState();
  announce(block === null ? "In the model" : `In the block ${block.name}`);
  sessionStore.getState().requestFocus({ kind: "canvas" });
}

import { useEffect, useRef } from "react";
import { useDocument } from "../../state/documentStore.ts";
import { sessionStore, useSession } from "../../state/sessionStore.ts";
import { BlockInspector } from "../blocks/BlockInspector.tsx";
import { FrameInspector } from "./FrameInspector.tsx";
import { LayerInspector } from "./LayerInspector.tsx";
import { ModelInspector } from "./ModelInspector.tsx";
import { NoteInspector } from "./NoteInspector.tsx";
import { SharedInspector } from "./SharedInspector.tsx";
import { WireInspector } from "./WireInspector.tsx";
import "../panels/panels.css";
import "./inspector.css";
import "./formulas.css";

/** What is selected, in full; nothing selected: the model. */
export function Inspector() {
  const selection = useSession((state) => state.selection);
  const graph = useDocument((state) => state.graph);
  const place = useRef<HTMLDivElement>(null);
  useFocusRequest(place);
  const nodes = selection.nodes.flatMap((id) => graph.nodes[id] ?? []);
  const [node] = nodes;
  const note = selection.notes.map((id) => graph.notes[id]).find((entry) => entry !== undefined);
  const edge = selection.edges.map((id) => graph.edges[id]).find((entry) => entry !== undefined);
  const frame = selection.frames.map((id) => graph.frames[id]).find((entry) => entry !== undefined);
  const block = useDocument((state) => state.block);
  return (
    <div
      ref={place}
      className="ed-inspector"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        sessionStore.getState().requestFocus({ kind: "canvas" });
      }}
    >
      {nodes.length > 1 ? (
        <SharedInspector nodes={nodes} />
      ) : node !== undefined ? (
        <LayerInspector key={node.id} node={node} />
      ) : note !== undefined ? (
        <NoteInspector key={note.id} note={note} />
      ) : frame !== undefined ? (
        <FrameInspector key={frame.id} frame={frame} />
      ) : edge !== undefined ? (
        <WireInspector edge={edge} />
      ) : block !== null ? (
        <BlockInspector key={block.id} block={block} />
      ) : (
        <ModelInspector />
      )}
    </div>
  );
}

const focusable =
  "input:not([disabled]),button:not([disabled]):not(.ed-reset),[role=combobox],textarea";

/** Puts the focus on the first property, or on the one that a problem is about. */
function useFocusRequest(place: { readonly current: HTMLDivElement | null }): void {
  const request = useSession((state) => state.focusRequest);
  useEffect(() => {
    if (request === null) return;
    const param = request.kind === "node" ? request.param : undefined;
    if (request.kind !== "inspector" && param === undefined) return;
    const session = sessionStore.getState();
    session.clearFocusRequest();
    session.setPanel("right", { isOpen: true });
    // The panel and the newly selected layer's fields are there after the next frame. Not cancelled on clean-up: clearing
    // the request runs this effect again.
    requestAnimationFrame(() => focusField(place.current, param));
  }, [request, place]);
}

function focusField(place: HTMLElement | null, param: string | undefined): void {
  const field =
    param === undefined
      ? (place?.querySelector("[data-param] .nl-field-control") ??
        place?.querySelector(".ed-rename"))
      : place?.querySelector(`[data-param="${CSS.escape(param)}"] .nl-field-control`);
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  const control = field?.matches(focusable) === true ? field : field?.querySelector(`${focusable}`);
  if (control instanceof HTMLElement) control.focus();
  if (control instanceof HTMLInputElement) control.select();
}

import { documentStore } from "./documentStore.ts";
import { countSelected, sessionStore } from "./sessionStore.ts";

/** What an edit or an undo removed can no longer be selected. Returns the function that stops it. */
export function keepSelectionValid(): () => void {
  return documentStore.subscribe(({ graph, scope }, previous) => {
    if (graph === previous.graph) return;
    if (scope !== previous.scope) {
      // Elsewhere: ids there name other layers. Coming out of a block, its instance is what one is at.
      const left = previous.scope[scope.length];
      sessionStore.getState().select({
        nodes: left !== undefined && graph.nodes[left] !== undefined ? [left] : [],
      });
      return;
    }
    const { selection, select } = sessionStore.getState();
    const nodes = selection.nodes.filter((id) => graph.nodes[id] !== undefined);
    const edges = selection.edges.filter((id) => graph.edges[id] !== undefined);
    const notes = selection.notes.filter((id) => graph.notes[id] !== undefined);
    const frames = selection.frames.filter((id) => graph.frames[id] !== undefined);
    const kept = nodes.length + edges.length + notes.length + frames.length;
    if (kept !== countSelected(selection)) select({ nodes, edges, notes, frames });
  });
}

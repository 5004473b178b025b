import { draftGraphForData } from "#shared/analysis/draftGraphForData.ts";
import { fitGraphToData } from "#shared/analysis/fitGraphToData.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { showToast } from "../ui/toastStore.ts";

/**
 * Sets input shapes, output units, losses and metrics to what the data needs; where nothing is drawn yet, draws a first
 * small network and shows it. One undo step either way.
 */
export function fitNetwork(): void {
  const { summary } = datasetStore.getState();
  const { document, edit, undo } = documentStore.getState();
  if (summary === null) return;
  const draft = draftGraphForData(document, summary);
  const fitting = draft ?? fitGraphToData(document, summary);
  if (fitting === null) {
    showToast({ tone: "info", message: sayNothingToFit() });
    return;
  }
  const label = draft === null ? "fit the network to the data" : "draw a network for the data";
  const edited = edit(fitting, { label, isWhole: true });
  if (!edited.ok) {
    showToast({ tone: "error", message: edited.error.message });
    return;
  }
  if (draft !== null) sessionStore.getState().showView("design");
  showToast({
    tone: "success",
    message:
      draft === null
        ? "Inputs, output units and losses now fit the data."
        : "A small network for this data, ready to train or to change.",
    action: { title: "Undo", run: undo },
  });
}

function sayNothingToFit(): string {
  const types = new Set(
    Object.values(documentStore.getState().document.graph.nodes).map((node) => node.type),
  );
  if (types.has("input") && types.has("output")) return "The network fits this data already.";
  return "Nothing to fit yet: the network needs an Input and an Output.";
}

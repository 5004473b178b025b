import { fitGraphToData } from "#shared/analysis/fitGraphToData.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { showToast } from "../ui/toastStore.ts";

/** Sets input shapes, output units, losses and metrics to what the data needs; one undo step. */
export function fitNetwork(): void {
  const { summary } = datasetStore.getState();
  const { document, edit, undo } = documentStore.getState();
  if (summary === null) return;
  const fitting = fitGraphToData(document, summary);
  if (fitting === null) {
    showToast({ tone: "info", message: "The network fits this data already." });
    return;
  }
  const edited = edit(fitting, { label: "fit the network to the data" });
  if (!edited.ok) {
    showToast({ tone: "error", message: edited.error.message });
    return;
  }
  showToast({
    tone: "success",
    message: "Inputs, output units and losses now fit the data.",
    action: { title: "Undo", run: undo },
  });
}

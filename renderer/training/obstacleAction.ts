import { assertNever } from "#shared/base/assertNever.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { changeTraining } from "./changeTraining.ts";
import type { Obstacle } from "./runQueries.ts";

/** The button that leads to what has to be done before a run; null where the sentence is enough. */
export function obstacleAction(
  obstacle: Obstacle,
): { readonly title: string; readonly run: () => void } | null {
  const { showView, showDockTab, requestFocus } = sessionStore.getState();
  switch (obstacle.kind) {
    case "run":
      return null;
    case "emptyGraph":
      return {
        title: "Add layers",
        run: () => {
          showView("design");
          requestFocus({ kind: "paletteSearch" });
        },
      };
    case "problems":
      return {
        title: "Show problems",
        run: () => {
          showView("design");
          showDockTab("problems");
        },
      };
    case "noData":
      return { title: "Choose data", run: () => showView("data") };
    case "badData":
      return { title: "Show data", run: () => showView("data") };
    case "precision":
      return { title: "Train in 32 bits", run: () => changeTraining({ precision: "float32" }) };
    default:
      return assertNever(obstacle.kind);
  }
}

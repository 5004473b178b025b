import { useDataset } from "../state/datasetStore.ts";
import { useDocument } from "../state/documentStore.ts";
import { useDevice } from "./deviceStore.ts";
import { findObstacle, type Obstacle } from "./runQueries.ts";

/** What stands in the way of a run, told anew when the network or the data change. */
export function useObstacle(): Obstacle | null {
  useDocument((state) => state.modelAnalysis);
  useDocument((state) => state.document.data);
  useDocument((state) => state.document.training.precision);
  useDevice();
  useDataset((state) => state.phase);
  return findObstacle();
}

import { Play } from "lucide-react";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { useRuns } from "../state/runStore.ts";
import { Button } from "../ui/Button.tsx";
import { changeTraining } from "./changeTraining.ts";
import { isTraining } from "./runQueries.ts";

/** Where a run did not fit the device and there is nothing to continue: sets the batch that fits, and trains. */
export function FittingBatchButton({
  run,
  state,
}: {
  readonly run: RunInfo;
  readonly state: RunState;
}) {
  const isBusy = useRuns(isTraining);
  const batchSize = state.ended?.fittingBatch;
  if (batchSize === undefined || run.checkpoint) return null;
  return (
    <Button
      size="small"
      icon={Play}
      disabled={isBusy}
      onClick={() => {
        changeTraining({ batching: "mini-batch", batchSize });
        runCommand("training.start");
      }}
    >
      Train with batches of {batchSize}
    </Button>
  );
}

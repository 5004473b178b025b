import { useMemo } from "react";
import type { TrainingConfig } from "#shared/training/config.ts";
import { joinNames, loggedMetricName } from "#shared/training/metricNames.ts";
import { metricNames } from "#shared/training/metrics.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";

export interface ChangeOptions {
  /** While a drag or an arrow key changes a number step by step: all of it is one step of undo. */
  readonly gesture?: string | null;
}

/** Changes the document's training settings, as an edit that can be undone. */
export function changeTraining(
  change: Partial<TrainingConfig>,
  { gesture = null }: ChangeOptions = {},
): void {
  documentStore.getState().edit(
    { kind: "setTraining", change },
    {
      label: "change the training settings",
      ...(gesture === null ? {} : { mergeKey: `training:${gesture}` }),
    },
  );
}

export function sealTraining(): void {
  documentStore.getState().sealStep();
}

export function useTraining(): TrainingConfig {
  return useDocument((state) => state.document.training);
}

/** Logged names of validation curves: the loss and the metrics that Output nodes name. */
export function useMonitors(): readonly string[] {
  const nodes = useDocument((state) => state.document.graph.nodes);
  return useMemo(() => {
    const outputs = Object.values(nodes).filter((node) => node.type === "output");
    const logged = outputs.flatMap(({ name, params }) => {
      const { metrics, topK } = params;
      const prefix = outputs.length > 1 ? name : "";
      return metricNames
        .filter((metric) => Array.isArray(metrics) && metrics.includes(metric))
        .map((metric) => loggedMetricName(metric, typeof topK === "number" ? { topK } : {}))
        .map((metric) => joinNames("val", joinNames(prefix, metric)));
    });
    return ["valLoss", ...new Set(logged)];
  }, [nodes]);
}

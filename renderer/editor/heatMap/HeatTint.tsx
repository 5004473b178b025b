import type { CSSProperties } from "react";
import type { NodeId } from "#shared/base/ids.ts";
import { formatBytes, formatLarge } from "../../ui/format.ts";
import { type ShownMeasure, useHeatMeasure, useNodeHeat } from "./heatStore.ts";
import "./heatMap.css";

/** The tint of a node in the heat map, with its share of the whole. */
export function HeatTint({ node }: { readonly node: NodeId }) {
  const measure = useHeatMeasure();
  const heat = useNodeHeat(node);
  if (measure === null || heat === null) return null;
  // A custom property is not in React's style type.
  const style = { "--level": heat.level.toFixed(3) } as CSSProperties;
  return (
    <div className="ed-heat" style={style} title={formatHeat(measure, heat.value)}>
      <span className="ed-heat-share">{formatShare(heat.share)}</span>
    </div>
  );
}

export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent >= 99.95) return "100 %";
  return percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

export function formatHeat(measure: ShownMeasure, value: number): string {
  switch (measure) {
    case "weights":
      return `${formatLarge(value)} weights`;
    case "multiplyAdds":
      return `${formatLarge(value)} multiply-adds per sample`;
    case "activations":
      return `${formatBytes(value)} of activations per sample`;
    case "time":
      return `${value.toPrecision(3)} ms forward for a batch`;
    case "memory":
      return `${formatBytes(value)} held of a batch`;
    case "training":
      return `${formatBytes(value)} in training`;
  }
}

import type { NodeAnalysis } from "#shared/analysis/types.ts";
import { formatCount } from "../../ui/format.ts";
import { formatAdds, formatMemory } from "../formatPlural.ts";

/** What the layer costs for one sample. */
export function CostSection({ analysis }: { readonly analysis: NodeAnalysis }) {
  const frozen = analysis.paramCount - analysis.trainableCount;
  return (
    <section aria-label="Cost per sample">
      <h3 className="ed-section">
        Cost <span>per sample</span>
      </h3>
      <dl className="ed-stats">
        <Stat name="Weights" value={formatCount(analysis.paramCount)} />
        {frozen > 0 && <Stat name="of these not trained" value={formatCount(frozen)} />}
        <Stat name="Multiply-adds" value={formatAdds(analysis.multiplyAdds)} />
        <Stat name="Activations" value={formatMemory(analysis.activationBytes)} />
      </dl>
    </section>
  );
}

export function Stat({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

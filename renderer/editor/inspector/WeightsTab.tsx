import type { NodeAnalysis } from "#shared/analysis/types.ts";
import { formatCount } from "../../ui/format.ts";

/** Every weight with its shape, as `layer.getWeights()` orders them. */
export function WeightsTab({ analysis }: { readonly analysis: NodeAnalysis | null }) {
  if (analysis === null || analysis.outputShape === null) {
    return (
      <p className="ed-inspector-text">
        The weights are known as soon as the shape that comes in is. Wire an input, or mend the
        problem shown under Properties.
      </p>
    );
  }
  if (analysis.weights.length === 0) {
    return (
      <p className="ed-inspector-text">
        This layer has no weights: there is nothing in it to train.
      </p>
    );
  }
  return (
    <table className="ed-table is-compact">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Shape</th>
          <th scope="col" className="is-number">
            Count
          </th>
        </tr>
      </thead>
      <tbody>
        {analysis.weights.map((weight) => (
          <tr key={weight.name}>
            <th scope="row">
              {weight.name}
              {!weight.isTrainable && <span className="ed-frozen"> not trained</span>}
            </th>
            <td>{weight.shape.length === 0 ? "scalar" : weight.shape.join(" × ")}</td>
            <td className="is-number">
              {formatCount(weight.shape.reduce((product, size) => product * size, 1))}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            In all
          </th>
          <td className="is-number">{formatCount(analysis.paramCount)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

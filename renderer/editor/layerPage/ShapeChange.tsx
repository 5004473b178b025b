import { formatShape, formatSizes } from "#shared/layers/shape.ts";
import type { LayerUse, NamedShape } from "#shared/layers/layerPage.ts";
import { drawTensor } from "./tensorPicture.ts";

/** What goes in, what comes out, drawn to a logarithmic scale. */
export function ShapeChange(props: { readonly use: LayerUse; readonly title: string }) {
  const { use, title } = props;
  return (
    <figure className="ed-shapes" aria-label={`Shapes: ${describe(use)}`}>
      <Tensors tensors={use.inputs} fallback="data" />
      <div className="ed-shapes-arrow" aria-hidden="true">
        <span>{title}</span>
        <svg viewBox="0 0 64 10" width="64" height="10">
          <path d="M0 5H58M53 1l5 4-5 4" />
        </svg>
      </div>
      <Tensors tensors={use.outputs} fallback="loss" />
    </figure>
  );
}

function describe({ inputs, outputs }: LayerUse): string {
  const list = (tensors: readonly NamedShape[]) =>
    tensors.map(({ shape }) => formatShape(shape)).join(" and ");
  return `${list(inputs) || "data"} becomes ${list(outputs) || "a loss"}`;
}

function Tensors(props: { readonly tensors: readonly NamedShape[]; readonly fallback: string }) {
  const { tensors, fallback } = props;
  if (tensors.length === 0) return <span className="ed-shapes-none">{fallback}</span>;
  return (
    <div className="ed-shapes-side" aria-hidden="true">
      {tensors.map(({ name, shape }, index) => {
        const { width, height, faces } = drawTensor(shape);
        return (
          <div key={index} className="ed-tensor" title={formatShape(shape)}>
            <svg viewBox={`-1 -1 ${width + 2} ${height + 2}`} width={width + 2} height={height + 2}>
              {faces.map(({ kind, points }, face) => (
                <polygon key={face} className={`is-${kind}`} points={points} />
              ))}
            </svg>
            <span className="ed-tensor-size">{formatSizes(shape)}</span>
            {name !== "" && <span className="ed-tensor-name">{name}</span>}
          </div>
        );
      })}
    </div>
  );
}

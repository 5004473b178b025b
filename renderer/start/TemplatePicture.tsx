import type { TemplateInfo } from "#shared/host/contract.ts";
import { familyColor } from "../ui/layerFamily.ts";

const frame = { width: 240, height: 92, margin: 20 };

/**
 * The graph laid on its side, as coloured bars; deep graphs become upright plates, as in drawings of architectures.
 * Made from the template itself, so never out of date.
 */
export function TemplatePicture({ picture }: { readonly picture: TemplateInfo["picture"] }) {
  const { places, bar } = fit(picture.nodes);
  return (
    <svg
      className="nl-card-picture"
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      aria-hidden="true"
    >
      <g className="nl-card-wires">
        {picture.edges.map(([from, to], index) => {
          const start = places[from];
          const end = places[to];
          return start === undefined || end === undefined ? null : (
            <path key={index} d={wire(start, end, { bar, places })} />
          );
        })}
      </g>
      {places.map(({ x, y, category }, index) => (
        <rect
          key={index}
          x={x - bar.width / 2}
          y={y - bar.height / 2}
          width={bar.width}
          height={bar.height}
          rx={Math.min(3, bar.width / 3)}
          style={{ fill: `var(${familyColor(category)})` }}
        />
      ))}
    </svg>
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly category: string;
}

interface Bar {
  readonly width: number;
  readonly height: number;
  /** From one column to the next. */
  readonly step: number;
}

/** Steps of the network go left to right, side paths above each other. */
function fit(nodes: TemplateInfo["picture"]["nodes"]): {
  readonly places: readonly Place[];
  readonly bar: Bar;
} {
  const columns = [...new Set(nodes.map(({ y }) => y))].toSorted((left, right) => left - right);
  const rows = [...new Set(nodes.map(({ x }) => x))].toSorted((left, right) => left - right);
  const step = Math.min(46, (frame.width - 2 * frame.margin) / Math.max(1, columns.length));
  const isDeep = step < 34;
  const rowStep = rows.length === 1 ? 0 : (frame.height - 40) / (rows.length - 1);
  const bar: Bar = {
    width: step * (isDeep ? 0.55 : 0.74),
    height: isDeep ? (rows.length === 1 ? 38 : 24) : 9,
    step,
  };
  const places = nodes.map(({ x, y, category }) => ({
    category,
    x: frame.width / 2 + (columns.indexOf(y) - (columns.length - 1) / 2) * step,
    y: frame.height / 2 + (rows.indexOf(x) - (rows.length - 1) / 2) * rowStep,
  }));
  return { places, bar };
}

function wire(
  start: Place,
  end: Place,
  { bar, places }: { readonly bar: Bar; readonly places: readonly Place[] },
): string {
  const from = start.x + bar.width / 2;
  const to = end.x - bar.width / 2;
  const isLevel = Math.abs(start.y - end.y) < 1;
  const isClear = !places.some(
    ({ x, y }) => Math.abs(y - start.y) < 1 && x > start.x + 1 && x < end.x - 1,
  );
  if (isLevel && isClear) return `M${from} ${start.y}H${to}`;
  if (isLevel) {
    // A skip connection: over the bars that lie between.
    const over = start.y - bar.height / 2 - 14;
    return `M${from} ${start.y}C${from + 10} ${over} ${to - 10} ${over} ${to} ${end.y}`;
  }
  const middle = (from + to) / 2;
  return `M${from} ${start.y}C${middle} ${start.y} ${middle} ${end.y} ${to} ${end.y}`;
}

import type { TemplateInfo } from "#shared/host/contract.ts";
import { familyColor } from "../ui/layerFamily.ts";

const width = 240;
const height = 92;
const bar = { width: 34, height: 9 };

/** The graph as coloured bars, fitted into the card. Drawn from the template itself, so never out of date. */
export function TemplatePicture({ picture }: { readonly picture: TemplateInfo["picture"] }) {
  const places = fit(picture.nodes);
  return (
    <svg className="nl-card-picture" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <g className="nl-card-wires">
        {picture.edges.map(([from, to], index) => {
          const start = places[from];
          const end = places[to];
          return start === undefined || end === undefined ? null : (
            <path key={index} d={wire(start, end)} />
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
          rx="3"
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

/** Fits positions into the frame. Graphs run top to bottom and cards are wide, so the graph is laid on its side. */
function fit(nodes: TemplateInfo["picture"]["nodes"]): readonly Place[] {
  const turned = nodes.map(({ x, y, category }) => ({ x: y, y: x, category }));
  const range = (values: readonly number[]) => {
    const least = Math.min(...values);
    return { least, span: Math.max(...values) - least };
  };
  const horizontal = range(turned.map(({ x }) => x));
  const vertical = range(turned.map(({ y }) => y));
  const innerWidth = Math.min(width - bar.width - 24, (nodes.length - 1) * 50);
  const innerHeight = Math.min(height - bar.height - 24, vertical.span === 0 ? 0 : 48);
  return turned.map(({ x, y, category }) => ({
    category,
    x:
      width / 2 +
      (horizontal.span === 0 ? 0 : ((x - horizontal.least) / horizontal.span - 0.5) * innerWidth),
    y:
      height / 2 +
      (vertical.span === 0 ? 0 : ((y - vertical.least) / vertical.span - 0.5) * innerHeight),
  }));
}

function wire(start: Place, end: Place): string {
  const from = start.x + bar.width / 2;
  const to = end.x - bar.width / 2;
  if (Math.abs(start.y - end.y) < 1 && to - from < 40) return `M${from} ${start.y}H${to}`;
  if (Math.abs(start.y - end.y) < 1) {
    // A skip connection: over the bars that lie between.
    return `M${from} ${start.y}C${from + 14} ${start.y - 24} ${to - 14} ${end.y - 24} ${to} ${end.y}`;
  }
  const middle = (from + to) / 2;
  return `M${from} ${start.y}C${middle} ${start.y} ${middle} ${end.y} ${to} ${end.y}`;
}

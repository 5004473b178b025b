import { formatCount } from "../ui/format.ts";

/** Counts as bars with their figures. */
export function Bars({
  label,
  rows,
}: {
  readonly label: string;
  readonly rows: readonly { readonly name: string; readonly count: number }[];
}) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <ul className="nl-data-bars" aria-label={label}>
      {rows.map(({ name, count }) => (
        <li key={name}>
          <span className="nl-data-bar-name" title={name}>
            {name}
          </span>
          <span className="nl-data-bar" aria-hidden="true">
            <span style={{ width: `${(100 * count) / most}%` }} />
          </span>
          <span className="nl-data-bar-count">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}

import type { RunReport } from "#shared/training/events.ts";
import { formatCount } from "../ui/format.ts";

/** Rows are the truth, columns the prediction. Shades say the share of the row, numbers the count. */
export function ConfusionMatrix({
  confusion,
}: {
  readonly confusion: NonNullable<RunReport["confusion"]>;
}) {
  const { classes, counts } = confusion;
  return (
    <div className="nl-scroll-x" tabIndex={0} role="region" aria-label="Confusion matrix">
      <table className="nl-confusion">
        <caption>Rows: truth. Columns: what the network says. Validation part.</caption>
        <thead>
          <tr>
            <td />
            {classes.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, truth) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            const name = classes[truth] ?? String(truth);
            return (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                {row.map((count, predicted) => {
                  const share = total === 0 ? 0 : count / total;
                  const color = truth === predicted ? "var(--accent)" : "var(--error)";
                  // Never so strong that the number on it would lose its contrast.
                  const strength =
                    count === 0 ? 0 : Math.round(8 + share * (truth === predicted ? 30 : 32));
                  return (
                    <td
                      key={classes[predicted] ?? predicted}
                      data-zero={count === 0 ? "" : undefined}
                      style={{
                        background: `color-mix(in srgb, ${color} ${strength}%, var(--panel))`,
                      }}
                      title={`${name} taken for ${classes[predicted] ?? predicted}: ${count} of ${total}`}
                    >
                      {formatCount(count)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

import type { GraphNode } from "#shared/document/model.ts";
import type { DiagnosticCode } from "#shared/analysis/types.ts";
import { matchFields } from "#shared/analysis/matchFields.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DatasetSummary, FieldSpec } from "#shared/datasets/dataset.ts";
import type { DataPreview } from "#shared/datasets/preview.ts";
import { formatSizes } from "#shared/layers/shape.ts";
import { useDocument } from "../state/documentStore.ts";
import { formatNumber } from "../ui/format.ts";

/** The end of the data's way: which values go to which Input and what each Output is compared with. */
export function Receives(props: {
  readonly binding: DataBinding;
  readonly summary: DatasetSummary;
  readonly preview: DataPreview;
}) {
  const { binding, summary, preview } = props;
  const nodes = useDocument((state) => state.document.graph.nodes);
  const diagnostics = useDocument((state) => state.modelAnalysis.diagnostics);
  const problems = diagnostics.filter(
    ({ code, severity }) => severity === "error" && dataCodes.has(code),
  );
  const all = Object.values(nodes);
  const inputs = assign(all, "input", "field", summary.fields);
  const outputs = assign(all, "output", "target", summary.fields);
  return (
    <section className="nl-data-receives" aria-label="What the network receives">
      <span className="nl-data-receives-title">What the network receives</span>
      <ul>
        {summary.fields.map((field) => {
          const node = (field.role === "feature" ? inputs : outputs).get(field.name) ?? null;
          const range = preview.ranges.find((entry) => entry.field === field.name);
          return (
            <li key={field.name}>
              <code>{describeField(field)}</code>
              <span>
                {field.classes === null && range !== undefined
                  ? `${formatNumber(range.min)} … ${formatNumber(range.max)}, ${scalingWords[binding.scaling]}`
                  : "class numbers"}
              </span>
              <span aria-hidden="true">→</span>
              {node === null ? (
                <span className="nl-data-unwired">
                  {field.role === "feature" ? "no Input takes it" : "no Output predicts it"}
                </span>
              ) : (
                <code>
                  {node.name}
                  {node.type === "output" ? describeLoss(node) : ""}
                </code>
              )}
            </li>
          );
        })}
      </ul>
      {problems.length > 0 && (
        <ul className="nl-data-receives-problems">
          {problems.slice(0, 3).map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What stands between this data and this network. */
const dataCodes: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "data-shape",
  "data-target",
  "data-missing",
  "loss-units",
  "loss-target",
]);

const scalingWords = {
  none: "not scaled",
  zeroToOne: "scaled to 0–1",
  minusOneToOne: "scaled to −1–1",
  standardise: "standardised",
} as const;

function describeField({ name, shape, classes }: FieldSpec): string {
  return classes === null ? `${name} ${formatSizes(shape)}` : `${name} ${classes.length} classes`;
}

function assign(
  nodes: readonly GraphNode[],
  type: "input" | "output",
  param: "field" | "target",
  fields: readonly FieldSpec[],
): ReadonlyMap<string, GraphNode> {
  const ports = nodes.filter((node) => node.type === type);
  const role = type === "input" ? "feature" : "target";
  const matched = matchFields(
    ports.map((node) => ({ field: textOf(node.params[param]), fits: () => true })),
    fields.filter((field) => field.role === role),
  );
  const found = new Map<string, GraphNode>();
  for (const [index, field] of matched.entries()) {
    const node = ports[index];
    if (field && node && !found.has(field.name)) found.set(field.name, node);
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** ` · sparse categorical crossentropy`. */
function describeLoss(node: GraphNode): string {
  const loss = textOf(node.params["loss"]);
  return loss === "" ? "" : ` · ${loss.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()}`;
}

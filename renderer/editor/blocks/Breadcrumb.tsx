import { ChevronRight } from "lucide-react";
import { useDocument } from "../../state/documentStore.ts";
import { resolveScope } from "../../state/scope.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Tooltip } from "../../ui/Tooltip.tsx";
import { leaveInstance } from "./enterInstance.ts";
import "./blocks.css";

/** Where in the model one is: "Model › stage 2 › unit". Every part leads there. */
export function Breadcrumb() {
  const document = useDocument((state) => state.document);
  const scope = useDocument((state) => state.scope);
  if (scope.length === 0) return null;
  const steps = scope.map((id, depth) => {
    const { graph } = resolveScope(document, scope.slice(0, depth));
    const { blocks } = resolveScope(document, scope.slice(0, depth + 1));
    return { id, name: graph.nodes[id]?.name ?? id, block: blocks[depth]?.name ?? "" };
  });
  const last = steps.at(-1);
  return (
    <nav className="ed-crumbs nodrag nopan" aria-label="Where you are">
      <ol>
        <li>
          <Tooltip text="Back to the model" side="bottom">
            <button type="button" onClick={() => leaveInstance(scope.length)}>
              Model
            </button>
          </Tooltip>
        </li>
        {steps.map((step, depth) => (
          <li key={step.id}>
            <Icon of={ChevronRight} size={12} />
            <button
              type="button"
              aria-current={depth === steps.length - 1 ? "location" : undefined}
              onClick={() => {
                if (depth < steps.length - 1) leaveInstance(steps.length - 1 - depth);
              }}
            >
              {step.name}
            </button>
          </li>
        ))}
      </ol>
      {last !== undefined && last.name !== last.block && (
        <span className="ed-crumbs-block">block {last.block}</span>
      )}
    </nav>
  );
}

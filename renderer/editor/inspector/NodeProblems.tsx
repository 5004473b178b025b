import type { NodeId } from "#shared/base/ids.ts";
import { useDocument } from "../../state/documentStore.ts";
import { Button } from "../../ui/Button.tsx";
import { shortenFixTitle } from "../canvas/ProblemBubble.tsx";
import { applyFix } from "../layerActions.ts";

/** The problems that name this layer, with their repairs. */
export function NodeProblems({ node }: { readonly node: NodeId }) {
  const diagnostics = useDocument((state) => state.analysis.diagnostics);
  const mine = diagnostics.filter((diagnostic) => diagnostic.nodes[0] === node);
  if (mine.length === 0) return null;
  return (
    <ul className="ed-node-problems" aria-label="Problems of this layer">
      {mine.map((problem) => (
        <li key={`${problem.code} ${problem.message}`} data-severity={problem.severity}>
          <p>{problem.message}</p>
          {problem.fixes.length > 0 && (
            <div>
              {problem.fixes.map((fix) => (
                <Button key={fix.title} size="small" onClick={() => applyFix(fix)}>
                  {shortenFixTitle(fix.title)}
                </Button>
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

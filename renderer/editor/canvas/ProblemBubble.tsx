import { X } from "lucide-react";
import type { NodeId } from "#shared/base/ids.ts";
import type { Diagnostic } from "#shared/analysis/types.ts";
import { documentStore } from "../../state/documentStore.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { Icon } from "../../ui/Icon.tsx";
import { enterInstance } from "../blocks/enterInstance.ts";
import { revealNode } from "../editDocument.ts";
import { canvasStore } from "../canvasStore.ts";
import { formatPlural } from "../formatPlural.ts";
import { applyFix } from "../layerActions.ts";
import type { FlowDirection } from "./geometry.ts";

/** What is wrong, at the place where it is wrong, with the repairs as buttons. */
export function ProblemBubble(props: {
  readonly nodeId: NodeId;
  readonly problem: Diagnostic;
  readonly moreCount: number;
  /** The node is a block: what is wrong may lie in it. */
  readonly isBlock: boolean;
  readonly isOpen: boolean;
  readonly direction: FlowDirection;
}) {
  const { nodeId, problem, moreCount, isBlock, isOpen, direction } = props;
  if (!isOpen) {
    return (
      <button
        type="button"
        className="ed-bubble-badge nodrag nopan"
        data-severity={problem.severity}
        aria-label={`Show: ${problem.message}`}
        title={problem.message}
        onClick={() => foldMessage(nodeId, false)}
      >
        !
      </button>
    );
  }
  const [head, rest] = splitSentence(problem.message);
  return (
    <div
      className="ed-bubble nodrag nopan nowheel"
      data-severity={problem.severity}
      data-direction={direction}
    >
      <button
        type="button"
        className="ed-bubble-close"
        aria-label="Fold this message away"
        onClick={() => foldMessage(nodeId, true)}
      >
        <Icon of={X} size={12} />
      </button>
      <p>
        <b>{head}</b> {rest}
      </p>
      <div className="ed-bubble-fixes">
        {problem.fixes.slice(0, 3).map((fix, index) => (
          <button
            key={fix.title}
            type="button"
            className="ed-fix"
            title={fix.title}
            data-main={index === 0 ? "" : undefined}
            onClick={() => applyFix(fix)}
          >
            {shortenFixTitle(fix.title)}
          </button>
        ))}
        {isBlock && (
          <button type="button" className="ed-fix is-more" onClick={() => lookInside(nodeId)}>
            Look inside
          </button>
        )}
        {moreCount > 0 && (
          <button
            type="button"
            className="ed-fix is-more"
            onClick={() => sessionStore.getState().showDockTab("problems")}
          >
            {formatPlural(moreCount, "more problem")}
          </button>
        )}
      </div>
    </div>
  );
}

/** Enters the block and goes to the first layer in it that has a problem. */
function lookInside(instance: NodeId): void {
  if (!enterInstance(instance)) return;
  const { analysis } = documentStore.getState();
  const worst = analysis.diagnostics.find(({ nodes }) => nodes.length > 0)?.nodes[0];
  if (worst !== undefined) revealNode(worst);
}

function foldMessage(node: NodeId, isFolded: boolean): void {
  canvasStore.setState(({ foldedMessages }) => {
    const next = new Set(foldedMessages);
    if (isFolded) next.add(node);
    else next.delete(node);
    return { foldedMessages: next };
  });
  if (!isFolded) sessionStore.getState().select({ nodes: [node] });
}

/** At the node it is clear between which layers: "Insert Flatten between a and b" → "Insert Flatten". */
export function shortenFixTitle(title: string): string {
  return title.replace(/ between \S+ and \S+$/, "");
}

/** The first clause is the headline. */
function splitSentence(message: string): readonly [string, string] {
  const end = message.search(/[.;] /);
  return end < 0 ? [message, ""] : [message.slice(0, end + 1), message.slice(end + 2)];
}

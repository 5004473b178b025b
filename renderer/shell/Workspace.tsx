import type { CSSProperties, ReactNode } from "react";
import { useSession } from "../state/sessionStore.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { ResizeHandle } from "./ResizeHandle.tsx";
import "./shell.css";

export interface WorkspaceProps {
  readonly palette: ReactNode;
  readonly canvas: ReactNode;
  readonly inspector: ReactNode;
  readonly dock: ReactNode;
}

/** Palette, canvas, inspector and dock. Sizes and what is closed are the session's, and remembered. */
export function Workspace({ palette, canvas, inspector, dock }: WorkspaceProps) {
  const panels = useSession((state) => state.panels);
  // Custom properties are not in React's style type.
  const style = {
    "--left": panels.left.isOpen ? `${panels.left.size}px` : "0px",
    "--right": panels.right.isOpen ? `${panels.right.size}px` : "0px",
    "--bottom": panels.bottom.isOpen ? `${panels.bottom.size}px` : "2.25rem",
  } as CSSProperties;
  return (
    <div className="nl-workspace" style={style}>
      <aside className="nl-left" aria-label="Layers" hidden={!panels.left.isOpen}>
        <h2 className="nl-visually-hidden">Layers</h2>
        <ErrorBoundary place="The palette">{palette}</ErrorBoundary>
      </aside>
      <ResizeHandle panel="left" />
      <section className="nl-center" aria-label="Canvas">
        <ErrorBoundary place="The canvas">{canvas}</ErrorBoundary>
      </section>
      <section
        className="nl-bottom"
        aria-label="Problems, summary and runs"
        data-closed={panels.bottom.isOpen ? undefined : ""}
      >
        <ErrorBoundary place="The lower panel">{dock}</ErrorBoundary>
      </section>
      <ResizeHandle panel="bottom" />
      <aside className="nl-right" aria-label="Inspector" hidden={!panels.right.isOpen}>
        <ErrorBoundary place="The inspector">{inspector}</ErrorBoundary>
      </aside>
      <ResizeHandle panel="right" />
    </div>
  );
}

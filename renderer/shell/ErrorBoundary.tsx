import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import "./shell.css";

interface Props {
  /** What it guards, for the message: "The canvas". */
  readonly place: string;
  readonly children: ReactNode;
}

/**
 * Keeps a bug in one part of the window from taking the rest along. The document lives outside of React, so it is
 * whole, and autosave goes on; "Try again" draws the part anew.
 */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(thrown: unknown): { error: Error } {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`${this.props.place} failed`, error, info.componentStack);
  }

  override render(): ReactNode {
    const error: Error | null = this.state.error;
    if (error === null) return this.props.children;
    return (
      <Failure
        place={this.props.place}
        error={error}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}

function Failure(props: {
  readonly place: string;
  readonly error: Error;
  readonly onRetry: () => void;
}) {
  const { place, error, onRetry } = props;
  const report = `${error.message}\n${error.stack ?? ""}`;
  return (
    <div className="nl-failure" role="alert">
      <h2>{place} stopped because of a mistake in Netloom.</h2>
      <p>
        Your project is safe: it is kept as a draft. Try again, or go back to the start screen and
        open it.
      </p>
      <details>
        <summary>Details</summary>
        <pre>{report}</pre>
      </details>
      <div className="nl-failure-actions">
        <Button onClick={() => void navigator.clipboard.writeText(report)}>Copy details</Button>
        <Button onClick={() => location.reload()}>Reload the window</Button>
        <Button tone="primary" onClick={onRetry}>
          Try again
        </Button>
      </div>
    </div>
  );
}

import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from "lucide-react";
import type { CSSProperties } from "react";
import { Button, IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { dismissToast, type Toast, useToasts } from "./toastStore.ts";
import "./parts.css";

const looks = {
  info: { icon: Info, color: "var(--accent)" },
  success: { icon: CircleCheck, color: "var(--ok)" },
  warning: { icon: TriangleAlert, color: "var(--warn)" },
  error: { icon: CircleAlert, color: "var(--error)" },
} as const;

export interface ToastsProps {
  /** Where they cover the least of what is on screen. */
  readonly place: "top" | "bottom";
}

/** Messages in passing. The region is always there, so that screen readers notice what comes. */
export function Toasts({ place }: ToastsProps) {
  const toasts = useToasts();
  return (
    <div
      className="nl-toasts"
      data-place={place}
      role="log"
      aria-live="polite"
      aria-label="Messages"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { icon, color } = looks[toast.tone];
  const { action } = toast;
  return (
    <div
      className="nl-toast"
      // A custom property is not in React's style type.
      style={{ "--tone": color } as CSSProperties}
      role={toast.tone === "error" ? "alert" : undefined}
    >
      <Icon of={icon} size={16} />
      <p>{toast.message}</p>
      <IconButton icon={X} label="Dismiss" iconSize={14} onClick={() => dismissToast(toast.id)} />
      {toast.details !== undefined && (
        <details>
          <summary>Details</summary>
          <pre>{toast.details}</pre>
        </details>
      )}
      {action !== undefined && (
        <div className="nl-toast-actions">
          <Button
            size="small"
            onClick={() => {
              dismissToast(toast.id);
              action.run();
            }}
          >
            {action.title}
          </Button>
        </div>
      )}
    </div>
  );
}

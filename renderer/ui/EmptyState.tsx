import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import "./parts.css";

export interface EmptyStateProps {
  readonly icon?: LucideIcon;
  readonly title: string;
  /** What to do next. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Where there is nothing yet: says why and teaches the next step. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="nl-empty">
      {icon !== undefined && (
        <span className="nl-empty-icon">
          <Icon of={icon} size={20} />
        </span>
      )}
      <p className="nl-empty-title">{title}</p>
      {children !== undefined && <div className="nl-empty-text">{children}</div>}
      {actions !== undefined && <div className="nl-empty-actions">{actions}</div>}
    </div>
  );
}

import { Dialog as Radix } from "radix-ui";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import { IconButton } from "./Button.tsx";
import "./dialog.css";

export interface DialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** One sentence under the title, read out when the dialog opens. */
  readonly description?: ReactNode;
  readonly size?: "small" | "medium" | "large";
  readonly children?: ReactNode;
  /** True where the dialog is only read: its matter takes the focus, so that keys scroll it. */
  readonly isReading?: boolean;
  /** Buttons, the main one last. */
  readonly footer?: ReactNode;
  readonly onClose: () => void;
}

/** A modal dialog: the focus stays inside, Escape closes it, the focus returns to where it was. */
export function Dialog(props: DialogProps) {
  const {
    isOpen,
    title,
    description,
    size = "medium",
    children,
    isReading,
    footer,
    onClose,
  } = props;
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="nl-scrim" />
        <Radix.Content
          className={classNames("nl-dialog", `is-${size}`)}
          data-modal=""
          onOpenAutoFocus={focusContent}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
        >
          <header className="nl-dialog-header">
            <Radix.Title className="nl-dialog-title">{title}</Radix.Title>
            {description !== undefined && (
              <Radix.Description asChild>
                <div className="nl-dialog-description">{description}</div>
              </Radix.Description>
            )}
          </header>
          {children !== undefined && (
            <div className="nl-dialog-body" {...(isReading ? { tabIndex: 0 } : {})}>
              {children}
            </div>
          )}
          {footer !== undefined && <footer className="nl-dialog-footer">{footer}</footer>}
          {/* Last, so that a dialog opens with the focus on what it is about. */}
          <Radix.Close asChild>
            <IconButton icon={X} label="Close" className="nl-dialog-close" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Into the dialog's own matter; where there is none to operate, the dialog itself rather than its Close button. */
function focusContent(event: Event): void {
  const dialog = event.currentTarget;
  if (!(dialog instanceof HTMLElement)) return;
  event.preventDefault();
  const inside = dialog.querySelector<HTMLElement>(
    ".nl-dialog-body[tabindex='0'], .nl-dialog-body :is(input, select, textarea, button, [tabindex='0']):not(:disabled)",
  );
  const answer =
    dialog.querySelector<HTMLElement>(".nl-dialog-footer .is-primary") ??
    dialog.querySelector<HTMLElement>(".nl-dialog-footer button");
  const target = inside ?? answer ?? dialog;
  target.focus();
}

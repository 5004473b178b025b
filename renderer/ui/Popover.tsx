import { Popover as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import "./popover.css";

export interface PopoverProps {
  readonly label: string;
  readonly trigger: ReactElement;
  readonly align?: "start" | "center" | "end";
  readonly children: ReactNode;
}

/** A small panel at a button; Escape and a click elsewhere close it. */
export function Popover({ label, trigger, align = "end", children }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="nl-popover"
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

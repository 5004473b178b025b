import { ContextMenu, DropdownMenu } from "radix-ui";
import type { LucideIcon } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import { Kbd } from "./Kbd.tsx";
import "./popover.css";

export type MenuEntry = MenuItem | "separator";

export interface MenuItem {
  readonly title: string;
  readonly icon?: LucideIcon;
  readonly shortcut?: string;
  readonly isDisabled?: boolean;
  readonly isDangerous?: boolean;
  run(): void;
}

export interface MenuProps {
  readonly trigger: ReactElement;
  readonly entries: readonly MenuEntry[];
  readonly align?: "start" | "end";
}

/** A button's menu. */
export function Menu({ trigger, entries, align = "start" }: MenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="nl-menu" align={align} sideOffset={4} collisionPadding={8}>
          {entries.map((entry, index) =>
            entry === "separator" ? (
              <DropdownMenu.Separator key={`separator-${index}`} className="nl-menu-separator" />
            ) : (
              <DropdownMenu.Item
                key={entry.title}
                className="nl-menu-item"
                disabled={entry.isDisabled ?? false}
                data-danger={entry.isDangerous === true ? "" : undefined}
                onSelect={() => entry.run()}
              >
                <EntryContent entry={entry} />
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export interface RightClickMenuProps {
  readonly entries: readonly MenuEntry[];
  readonly children: ReactNode;
}

/** The menu of a right click (or the menu key) on its child. */
export function RightClickMenu({ entries, children }: RightClickMenuProps) {
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="nl-menu" collisionPadding={8}>
          {entries.map((entry, index) =>
            entry === "separator" ? (
              <ContextMenu.Separator key={`separator-${index}`} className="nl-menu-separator" />
            ) : (
              <ContextMenu.Item
                key={entry.title}
                className="nl-menu-item"
                disabled={entry.isDisabled ?? false}
                data-danger={entry.isDangerous === true ? "" : undefined}
                onSelect={() => entry.run()}
              >
                <EntryContent entry={entry} />
              </ContextMenu.Item>
            ),
          )}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function EntryContent({ entry }: { readonly entry: MenuItem }) {
  return (
    <>
      {entry.icon !== undefined && <Icon of={entry.icon} size={14} />}
      <span>{entry.title}</span>
      {entry.shortcut !== undefined && <Kbd shortcut={entry.shortcut} />}
    </>
  );
}

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import "./tabs.css";

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

export interface TabsProps<Id extends string> {
  readonly label: string;
  readonly value: Id;
  readonly items: readonly TabItem<Id>[];
  /** Beside the tabs, at the end of their row. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly onChange: (id: Id) => void;
}

/** Tabs with underlines; only the chosen content is mounted. Arrow keys move between tabs. */
export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, value, items, aside, className, onChange } = props;
  return (
    <Radix.Root
      className={classNames("nl-tabs", className)}
      value={value}
      // Radix only gives back values of the triggers below.
      onValueChange={(id) => onChange(id as Id)}
    >
      <div className="nl-tabs-row">
        <Radix.List className="nl-tabs-list" aria-label={label}>
          {items.map((item) => (
            <Radix.Trigger key={item.id} value={item.id} className="nl-tab">
              {item.title}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {aside !== undefined && <div className="nl-tabs-aside">{aside}</div>}
      </div>
      {items.map((item) => (
        <Radix.Content key={item.id} value={item.id} className="nl-tabs-content">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

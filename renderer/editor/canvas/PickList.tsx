import { useId, useState } from "react";
import type { ReactNode } from "react";
import { Search } from "lucide-react";
import { Icon } from "../../ui/Icon.tsx";

export interface PickEntry {
  readonly id: string;
  readonly content: ReactNode;
  /** A heading above the first entry of a group. */
  readonly group?: string;
  readonly isDisabled?: boolean;
}

/** A search field over a list: type, arrows, Enter. Escape and a click elsewhere leave. */
export function PickList(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly emptyText: string;
  readonly findEntries: (query: string) => readonly PickEntry[];
  readonly onPick: (id: string) => void;
  readonly onClose: () => void;
}) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const entries = props.findEntries(query);
  const current = entries[Math.min(at, entries.length - 1)];
  const move = (step: number) => {
    if (entries.length > 0) setAt((at + step + entries.length) % entries.length);
  };
  return (
    <div
      className="ed-pick"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) props.onClose();
      }}
    >
      <div className="ed-pick-search">
        <Icon of={Search} size={14} />
        <input
          // The list opens because the user asked for it; typing must go there at once.
          ref={(input) => input?.focus({ preventScroll: true })}
          type="text"
          role="combobox"
          aria-label={props.label}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={current === undefined ? undefined : `${listId}-${current.id}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={props.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              event.preventDefault();
              move(event.key === "ArrowDown" ? 1 : -1);
            } else if (event.key === "Enter") {
              event.preventDefault();
              if (current !== undefined && current.isDisabled !== true) props.onPick(current.id);
            } else if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              props.onClose();
            }
          }}
        />
      </div>
      <div
        className="ed-pick-list"
        role="listbox"
        id={listId}
        aria-label={props.label}
        tabIndex={-1}
      >
        {entries.length === 0 && <p className="ed-pick-empty">{props.emptyText}</p>}
        {entries.map((entry, index) => (
          <PickRow
            key={entry.id}
            id={`${listId}-${entry.id}`}
            entry={entry}
            heading={
              entry.group !== undefined && entry.group !== entries[index - 1]?.group
                ? entry.group
                : null
            }
            isCurrent={entry === current}
            onPoint={() => setAt(index)}
            onPick={() => props.onPick(entry.id)}
          />
        ))}
      </div>
    </div>
  );
}

function PickRow(props: {
  readonly id: string;
  readonly entry: PickEntry;
  readonly heading: string | null;
  readonly isCurrent: boolean;
  readonly onPoint: () => void;
  readonly onPick: () => void;
}) {
  const { entry, isCurrent } = props;
  return (
    <>
      {props.heading !== null && (
        <div className="ed-pick-heading" role="presentation">
          {props.heading}
        </div>
      )}
      <div
        id={props.id}
        role="option"
        aria-selected={isCurrent}
        aria-disabled={entry.isDisabled === true || undefined}
        className="ed-pick-row"
        ref={(row) => {
          if (isCurrent) row?.scrollIntoView({ block: "nearest" });
        }}
        onPointerMove={props.onPoint}
        // Keeps the focus in the field, whose loss would close the list before the click arrives.
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => {
          if (entry.isDisabled !== true) props.onPick();
        }}
      >
        {entry.content}
      </div>
    </>
  );
}

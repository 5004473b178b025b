import { Search } from "lucide-react";
import type { ComponentProps } from "react";
import { Icon } from "./Icon.tsx";
import { Kbd } from "./Kbd.tsx";
import "./field.css";

export interface SearchFieldProps extends Omit<ComponentProps<"input">, "type" | "onChange"> {
  readonly label: string;
  readonly value: string;
  readonly shortcut?: string;
  readonly onSearch: (text: string) => void;
}

export function SearchField({ label, value, shortcut, onSearch, ...rest }: SearchFieldProps) {
  return (
    <div className="nl-search">
      <Icon of={Search} size={14} />
      <input
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        {...rest}
        type="text"
        role="searchbox"
        aria-label={label}
        className="nl-input"
        value={value}
        onChange={(event) => onSearch(event.target.value)}
      />
      {shortcut !== undefined && value === "" && <Kbd shortcut={shortcut} />}
    </div>
  );
}

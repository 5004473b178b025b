import { isMac } from "../commands/platform.ts";
import { formatShortcut } from "../commands/shortcut.ts";

/** A shortcut as the platform writes it. */
export function Kbd({ shortcut }: { readonly shortcut: string }) {
  return <kbd className="nl-kbd">{formatShortcut(shortcut, isMac)}</kbd>;
}

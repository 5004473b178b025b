/**
 * Shortcuts are written `Mod+Shift+Z`: modifiers `Mod` (Ctrl, Cmd on a Mac), `Shift`, `Alt`, then one key by its
 * `KeyboardEvent.key`. `Space` stands for the space bar. Characters that need Shift on some keyboards (`?`, `+`) are written bare.
 */
export interface KeyStroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function matchesShortcut(shortcut: string, stroke: KeyStroke, isMac: boolean): boolean {
  const { modifiers, key } = splitShortcut(shortcut);
  const hasMod = isMac ? stroke.metaKey : stroke.ctrlKey;
  const hasForeign = isMac ? stroke.ctrlKey : stroke.metaKey;
  if (modifiers.has("Mod") !== hasMod || hasForeign) return false;
  if (modifiers.has("Alt") !== stroke.altKey) return false;
  const isLetter = /^[a-z0-9]$/i.test(key);
  const isSign = key.length === 1 && !isLetter;
  // A sign may itself need Shift, so Shift is only compared where the key is not a sign.
  if (!isSign && modifiers.has("Shift") !== stroke.shiftKey) return false;
  const pressed = stroke.key === " " ? "Space" : stroke.key;
  return pressed.toLowerCase() === key.toLowerCase();
}

/** `Ctrl+Shift+Z`, on a Mac `⇧⌘Z`. */
export function formatShortcut(shortcut: string, isMac: boolean): string {
  const { modifiers, key } = splitShortcut(shortcut);
  const name = keyNames.get(key) ?? (key.length === 1 ? key.toUpperCase() : key);
  if (isMac) {
    const signs = [
      modifiers.has("Alt") ? "⌥" : "",
      modifiers.has("Shift") ? "⇧" : "",
      modifiers.has("Mod") ? "⌘" : "",
    ];
    return `${signs.join("")}${name}`;
  }
  const words = [
    modifiers.has("Mod") ? "Ctrl" : "",
    modifiers.has("Alt") ? "Alt" : "",
    modifiers.has("Shift") ? "Shift" : "",
    name,
  ];
  return words.filter((word) => word !== "").join("+");
}

/** For `aria-keyshortcuts`: `Control+Shift+Z`. */
export function ariaShortcut(shortcut: string, isMac: boolean): string {
  const { modifiers, key } = splitShortcut(shortcut);
  const words = [...modifiers].map((word) =>
    word === "Mod" ? (isMac ? "Meta" : "Control") : word,
  );
  return [...words, key].join("+");
}

const keyNames = new Map([
  ["ArrowUp", "↑"],
  ["ArrowDown", "↓"],
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["Escape", "Esc"],
  ["Delete", "Del"],
]);

function splitShortcut(shortcut: string): { modifiers: ReadonlySet<string>; key: string } {
  const parts = shortcut === "+" ? ["+"] : shortcut.split("+");
  const last = parts.at(-1) ?? "";
  const key = last === "" ? "+" : last;
  return { modifiers: new Set(parts.slice(0, -1).filter((part) => part !== "")), key };
}

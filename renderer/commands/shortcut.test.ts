import { describe, expect, it } from "vitest";
import { ariaShortcut, formatShortcut, matchesShortcut, type KeyStroke } from "./shortcut.ts";

const plain: KeyStroke = {
  key: "",
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
};

describe("matchesShortcut", () => {
  const cases: readonly [string, Partial<KeyStroke>, boolean, boolean][] = [
    ["Mod+K", { key: "k", ctrlKey: true }, false, true],
    ["Mod+K", { key: "k", metaKey: true }, true, true],
    ["Mod+K", { key: "k", ctrlKey: true }, true, false],
    ["Mod+K", { key: "k" }, false, false],
    ["Mod+Z", { key: "Z", ctrlKey: true, shiftKey: true }, false, false],
    ["Mod+Shift+Z", { key: "Z", ctrlKey: true, shiftKey: true }, false, true],
    ["l", { key: "l" }, false, true],
    ["l", { key: "l", ctrlKey: true }, false, false],
    ["?", { key: "?", shiftKey: true }, false, true],
    ["+", { key: "+", shiftKey: true }, false, true],
    ["Mod++", { key: "+", ctrlKey: true }, false, true],
    ["Alt+ArrowUp", { key: "ArrowUp", altKey: true }, false, true],
    ["Space", { key: " " }, false, true],
    ["Mod+Enter", { key: "Enter", ctrlKey: true }, false, true],
  ];
  it.each(cases)("%s against %o (Mac: %s) is %s", (shortcut, stroke, isMac, expected) => {
    expect(matchesShortcut(shortcut, { ...plain, ...stroke }, isMac)).toBe(expected);
  });
});

describe("formatShortcut", () => {
  it.each([
    ["Mod+Shift+Z", false, "Ctrl+Shift+Z"],
    ["Mod+Shift+Z", true, "⇧⌘Z"],
    ["Alt+ArrowUp", false, "Alt+↑"],
    ["/", false, "/"],
    ["+", false, "+"],
  ])("writes %s (Mac: %s) as %s", (shortcut, isMac, expected) => {
    expect(formatShortcut(shortcut, isMac)).toBe(expected);
  });

  it("spells modifiers out for assistive technology", () => {
    expect(ariaShortcut("Mod+Shift+Z", false)).toBe("Control+Shift+Z");
  });
});

import { isCommandEnabled, listCommands, runCommand, shortcutsOf } from "./defineCommand.ts";
import { isMac } from "./platform.ts";
import { matchesShortcut } from "./shortcut.ts";

/** Runs commands by their shortcuts, from anywhere in the window. Returns the function that stops it. */
export function listenForShortcuts(): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    // Something nearer to the focus has used the key, or an input method is composing a character.
    if (event.defaultPrevented || event.isComposing) return;
    const place = placeOf(event.target);
    if (place === "menu" || document.querySelector("[data-modal]") !== null) return;
    for (const command of listCommands()) {
      if (place === "text" && command.inTextFields !== true) continue;
      if (command.isNativeKey === true) continue;
      if (!shortcutsOf(command).some((shortcut) => matchesShortcut(shortcut, event, isMac)))
        continue;
      if (!isCommandEnabled(command)) continue;
      if (
        place === "control" &&
        (event.key === "Enter" || event.key === " ") &&
        !hasModifier(event)
      ) {
        continue;
      }
      event.preventDefault();
      runCommand(command.id);
      return;
    }
  };
  window.addEventListener("keydown", onKeyDown);
  return () => window.removeEventListener("keydown", onKeyDown);
}

type Place = "text" | "menu" | "control" | "free";

/** What the focus is in decides who owns a key: text fields own letters, menus own type-ahead, controls own Enter and Space. */
function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof Element)) return "free";
  if (isTextField(target)) return "text";
  if (target.closest("[role=menu],[role=listbox],[role=combobox]") !== null) return "menu";
  if (target.closest("button,a[href],summary,input,[role=switch],[role=tab]") !== null)
    return "control";
  return "free";
}

export function isTextField(target: Element): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) {
    return !["checkbox", "radio", "range", "button", "submit", "file"].includes(target.type);
  }
  return target instanceof HTMLElement && target.isContentEditable;
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

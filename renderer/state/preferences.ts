import { z } from "#shared/base/schema.ts";

/** What the window remembers between starts. Read leniently: a value that no longer fits falls back to its default. */
const panel = (size: number) =>
  z
    .object({ isOpen: z.boolean(), size: z.number().min(80).max(1200) })
    .catch({ isOpen: true, size });

const preferencesSchema = z.object({
  theme: z.enum(["system", "light", "dark"]).catch("system"),
  dockTab: z.enum(["problems", "summary", "run", "samples", "code"]).catch("problems"),
  panels: z.object({ left: panel(216), right: panel(288), bottom: panel(244) }).catch({
    left: { isOpen: true, size: 216 },
    right: { isOpen: true, size: 288 },
    bottom: { isOpen: true, size: 244 },
  }),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const storageKey = "netloom.preferences";

export function loadPreferences(): Preferences {
  return preferencesSchema.parse(readStored());
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(preferences));
  } catch {
    // A full or forbidden storage only costs the memory of panel sizes.
  }
}

function readStored(): unknown {
  try {
    const text = typeof localStorage === "undefined" ? null : localStorage.getItem(storageKey);
    return text === null ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

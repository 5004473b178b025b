import { z } from "#shared/base/schema.ts";

/** Which template each project was made from, as far as this browser knows: what shows its page beside it. */
const originsSchema = z.array(z.tuple([z.string(), z.string()])).catch([]);

const storageKey = "netloom.templateOrigins";
/** Older ones are forgotten: only a page beside the graph goes with them. */
const maxOrigins = 200;

export function rememberOrigin(project: string, template: string): void {
  const others = loadOrigins().filter(([known]) => known !== project);
  try {
    const origins = [...others, [project, template]].slice(-maxOrigins);
    localStorage.setItem(storageKey, JSON.stringify(origins));
  } catch {
    // A full or forbidden storage only costs the page.
  }
}

/** The template's id; null for a project of another kind. */
export function findOrigin(project: string): string | null {
  return loadOrigins().find(([known]) => known === project)?.[1] ?? null;
}

function loadOrigins(): readonly (readonly [string, string])[] {
  try {
    const text = typeof localStorage === "undefined" ? null : localStorage.getItem(storageKey);
    return originsSchema.parse(text === null ? [] : JSON.parse(text));
  } catch {
    return [];
  }
}

import type { Command } from "./defineCommand.ts";

/**
 * Commands that hold every word of `search`, best first: by the title's beginning, its words, then by group and further
 * words. Letters strewn over a title are no match: "pause" finds nothing but pauses. Equals keep their order.
 */
export function rankCommands<Found extends Pick<Command, "title" | "group" | "keywords">>(
  commands: readonly Found[],
  search: string,
): readonly Found[] {
  const wanted = simplify(search).trim();
  if (wanted === "") return commands;
  return commands
    .map((command) => ({ command, score: scoreCommand(command, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .map(({ command }) => command);
}

function scoreCommand(
  { title, group, keywords = "" }: Pick<Command, "title" | "group" | "keywords">,
  wanted: string,
): number {
  const name = simplify(title);
  const all = simplify(`${title} ${group} ${keywords}`);
  const terms = wanted.split(" ");
  if (name.startsWith(` ${wanted}`)) return 4;
  if (terms.every((term) => name.includes(` ${term}`))) return 3;
  if (terms.every((term) => all.includes(` ${term}`))) return 2;
  // Parts of words: "rate" in "separate". Too short a part would be everywhere.
  return terms.every((term) => term.length >= 3 && all.includes(term)) ? 1 : 0;
}

/** Small letters, a single space before every word, nothing else. */
function simplify(text: string): string {
  const words =
    text
      .toLowerCase()
      .replace(/[’']/g, "")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => ` ${word}`).join("");
}

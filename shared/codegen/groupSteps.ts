/** Comments that head the layers of each block in printed code. */
import type { Step } from "./program/program.ts";

/**
 * Entries with a comment wherever another block begins, after an empty line. `mark` begins a comment in the target.
 */
export function groupSteps(
  steps: readonly Step[],
  print: (step: Step) => string,
  mark: "//" | "#",
): readonly string[] {
  let last = "";
  return steps.flatMap((step, index) => {
    const heading = step.heading.map(plainText).join(" / ");
    const isNew = heading !== last;
    last = heading;
    if (!isNew) return [print(step)];
    return [
      ...(index > 0 ? [""] : []),
      ...(heading === "" ? [] : [`${mark} ${heading}`]),
      print(step),
    ];
  });
}

/** Letters, digits and spaces only: a user's text in a comment could otherwise end it. */
function plainText(text: string): string {
  const words = text.normalize("NFKD").match(/[A-Za-z0-9]+/g) ?? [];
  return words.join(" ").slice(0, 60) || "block";
}

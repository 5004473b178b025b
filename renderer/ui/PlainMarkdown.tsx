import type { ReactNode } from "react";

/** The little Markdown that the templates' pages use: paragraphs, **strong**, *emphasis*, `code`. Headings are left out. */
export function PlainMarkdown({ text }: { readonly text: string }) {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replaceAll(/\s*\n\s*/g, " "))
    .filter((paragraph) => paragraph !== "" && !paragraph.startsWith("#"));
  return paragraphs.map((paragraph) => <p key={paragraph}>{readMarks(paragraph)}</p>);
}

const marks = /(\*\*[^*]+\*\*|\*[^*\s][^*]*\*|`[^`]+`)/;

function readMarks(paragraph: string): readonly ReactNode[] {
  // Split by a group, every second part is a match.
  return paragraph.split(marks).map((part, index) => {
    if (index % 2 === 0) return part;
    const key = `${index} ${part}`;
    if (part.startsWith("**")) return <strong key={key}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("*")) return <em key={key}>{part.slice(1, -1)}</em>;
    return <code key={key}>{part.slice(1, -1)}</code>;
  });
}

import type { TemplateInfo } from "#shared/host/contract.ts";

/** Templates of a topic (null: all) that hold every word of the query somewhere. */
export function searchTemplates(
  templates: readonly TemplateInfo[],
  query: string,
  topic: string | null,
): readonly TemplateInfo[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return templates.filter((template) => {
    if (topic !== null && template.topic !== topic) return false;
    const text =
      `${template.title} ${template.id} ${template.summary} ${template.topic}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface TopicGroup {
  readonly topic: string;
  readonly templates: readonly TemplateInfo[];
}

/** In the order in which topics and templates are listed by the host; "First steps" comes first. */
export function groupByTopic(templates: readonly TemplateInfo[]): readonly TopicGroup[] {
  const groups = new Map<string, TemplateInfo[]>();
  for (const template of templates) {
    groups.set(template.topic, [...(groups.get(template.topic) ?? []), template]);
  }
  return [...groups]
    .map(([topic, members]) => ({ topic, templates: members }))
    .toSorted((left, right) => rank(left.topic) - rank(right.topic));
}

const order = [
  "First steps",
  "Tables",
  "Images",
  "Image networks",
  "Picture to picture",
  "Series",
  "Sequences",
  "Text",
];

function rank(topic: string): number {
  const index = order.indexOf(topic);
  return index < 0 ? order.length : index;
}

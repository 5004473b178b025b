import { describe, expect, it } from "vitest";
import type { TemplateInfo } from "#shared/host/contract.ts";
import { groupByTopic, searchTemplates } from "./searchTemplates.ts";

const make = (id: string, topic: string, summary: string): TemplateInfo => ({
  id,
  title: id.toUpperCase(),
  topic,
  summary,
  paramCount: 1,
  picture: { nodes: [], edges: [] },
});
const templates = [
  make("stacked-lstm", "Sequences", "Two layers of memory"),
  make("lenet-5", "Images", "LeCun 1998, reads digits"),
  make("mlp-iris", "First steps", "Three flowers"),
  make("lecture-cnn", "Images", "Digits again"),
];
const ids = (found: readonly TemplateInfo[]) => found.map(({ id }) => id);

describe("searchTemplates", () => {
  const cases: readonly [string, string | null, readonly string[]][] = [
    ["", null, ["stacked-lstm", "lenet-5", "mlp-iris", "lecture-cnn"]],
    ["digits", null, ["lenet-5", "lecture-cnn"]],
    ["  LENET  1998 ", null, ["lenet-5"]],
    ["digits", "Sequences", []],
    ["", "Images", ["lenet-5", "lecture-cnn"]],
    ["nothing", null, []],
  ];
  it.each(cases)("finds for %j in %s: %s", (query, topic, expected) => {
    expect(ids(searchTemplates(templates, query, topic))).toEqual(expected);
  });
});

describe("groupByTopic", () => {
  it("begins with first steps and keeps the order within a topic", () => {
    expect(groupByTopic(templates).map(({ topic, templates: of }) => [topic, ids(of)])).toEqual([
      ["First steps", ["mlp-iris"]],
      ["Images", ["lenet-5", "lecture-cnn"]],
      ["Sequences", ["stacked-lstm"]],
    ]);
  });
});

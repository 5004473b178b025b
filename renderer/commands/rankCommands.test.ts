import { expect, it } from "vitest";
import { defineCommand } from "./defineCommand.ts";
import { rankCommands } from "./rankCommands.ts";

const make = (title: string, group: "Graph" | "Training" | "Data", keywords = "") =>
  defineCommand({ id: title, title, group, keywords, run() {} });

const commands = [
  make("Make another use of this layer", "Graph"),
  make("Pages of all layers", "Graph"),
  make("Use generated data: Two spirals", "Data", "example"),
  make("Train", "Training", "run fit start learn"),
  make("Pause training", "Training"),
  make("Resume training", "Training"),
  make("Continue the newest run", "Training", "resume go on more epochs"),
  make("Find a learning rate", "Training", "range test finder"),
  make("Export a run’s curves…", "Training", "csv"),
];

it.each([
  ["pause", ["Pause training"]],
  ["newest run", ["Continue the newest run"]],
  [
    "train",
    [
      "Train",
      "Pause training",
      "Resume training",
      "Continue the newest run",
      "Find a learning rate",
      "Export a run’s curves…",
    ],
  ],
  ["resume", ["Resume training", "Continue the newest run"]],
  ["run's curves", ["Export a run’s curves…"]],
  ["rate", ["Find a learning rate", "Use generated data: Two spirals"]],
  ["  LEARN ", ["Find a learning rate", "Train"]],
  ["spira", ["Use generated data: Two spirals"]],
  ["zebra", []],
])("“%s” finds what has its words, best first", (search, titles) => {
  const found = rankCommands(commands, search).map(({ title }) => title);
  expect(found).toEqual(titles);
});

it("without a search all are listed as they come", () => {
  expect(rankCommands(commands, " ")).toEqual(commands);
});

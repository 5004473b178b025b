import { describe, expect, it } from "vitest";
import {
  defineCommand,
  findCommand,
  listCommands,
  registerCommands,
  runCommand,
} from "./defineCommand.ts";

describe("the command registry", () => {
  it("runs what is enabled, and tells whether it did", () => {
    let isEnabled = false;
    let runs = 0;
    const stop = registerCommands([
      defineCommand({
        id: "test.count",
        title: "Count",
        group: "Edit",
        isEnabled: () => isEnabled,
        run: () => {
          runs++;
        },
      }),
    ]);
    expect(runCommand("test.count")).toBe(false);
    isEnabled = true;
    expect(runCommand("test.count")).toBe(true);
    expect(runs).toBe(1);
    stop();
    expect(runCommand("test.count")).toBe(false);
    expect(findCommand("test.count")).toBeNull();
  });

  it("lists by group, then in the order of registration", () => {
    const make = (id: string, group: "Project" | "Edit" | "View") =>
      defineCommand({ id, title: id, group, run: () => undefined });
    const stop = registerCommands([
      make("v", "View"),
      make("p", "Project"),
      make("e", "Edit"),
      make("v2", "View"),
    ]);
    expect(listCommands().map(({ id }) => id)).toEqual(["p", "e", "v", "v2"]);
    stop();
  });
});

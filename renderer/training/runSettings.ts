import { parseProject } from "#shared/project/parseProject.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { formatNumber } from "../ui/format.ts";

/** One setting of a run in words: "optimizer" → "adam". */
export type RunSettings = ReadonlyMap<string, string>;

/** How a run was trained, from the project that it keeps; empty where that can't be read. */
export function readRunSettings(run: RunInfo): RunSettings {
  const parsed = parseProject(run.snapshot);
  const settings = new Map<string, string>();
  if (!parsed.ok) return settings;
  settings.set("layers", String(Object.keys(parsed.value.graph.nodes).length));
  addSettings(settings, "", parsed.value.training);
  return settings;
}

/** Leaves of the configuration, named by their own words; what a thing is called names the thing. */
function addSettings(settings: Map<string, string>, path: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const isName = key === "name" || key === "kind";
      addSettings(settings, isName ? path : path === "" ? key : `${path} ${key}`, inner);
    }
    return;
  }
  settings.set(spellOut(path), describeValue(value));
}

function spellOut(path: string): string {
  return path.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

function describeValue(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? String(value) : formatNumber(value);
    case "boolean":
      return value ? "yes" : "no";
    case "string":
      return value;
    default:
      return value === null ? "none" : JSON.stringify(value);
  }
}

/** Settings in which the runs differ, in the order of the configuration. */
export function findDifferences(all: readonly RunSettings[]): readonly string[] {
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return names.filter((name) => new Set(all.map((settings) => settings.get(name) ?? "–")).size > 1);
}

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { HostProblem, TemplateInfo } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { problem } from "./hostProblem.ts";
import { readJsonFile } from "./jsonFile.ts";
import { describeTemplate } from "./templateFacts.ts";

export interface TemplateContent {
  readonly info: TemplateInfo;
  /** The project file's text. */
  readonly project: string;
  /** A page about it, in Markdown. */
  readonly page: string;
}

/** Templates that come with the application: ordinary project files with a few words. They don't change while it runs. */
export interface TemplateStore {
  list(): Promise<TemplateInfo[]>;
  read(id: string): Promise<Result<TemplateContent, HostProblem>>;
}

const cardSchema = z.object({
  title: z.string(),
  topic: z.string(),
  summary: z.string(),
  /** Position in the list; templates without one follow, by title. */
  order: z.number().optional(),
});

export function createTemplateStore(folder: string): TemplateStore {
  let loaded: Promise<readonly TemplateContent[]> | null = null;
  const loadAll = () => (loaded ??= loadTemplates(folder));

  return {
    list: async () => (await loadAll()).map((template) => template.info),
    async read(id) {
      const template = (await loadAll()).find((candidate) => candidate.info.id === id);
      return template === undefined
        ? problem("not-found", `There is no template "${id.slice(0, 60)}".`)
        : ok(template);
    },
  };
}

async function loadTemplates(folder: string): Promise<readonly TemplateContent[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const templates = await Promise.all(
    names.filter((name) => /^[a-z0-9-]+$/.test(name)).map((id) => loadTemplate(folder, id)),
  );
  return templates
    .filter((template) => template !== null)
    .toSorted(
      (left, right) =>
        left.order - right.order || left.content.info.title.localeCompare(right.content.info.title),
    )
    .map((template) => template.content);
}

/** One template; null for a folder that is none or whose project can't be read, so that the others still show. */
async function loadTemplate(folder: string, id: string) {
  const card = await readJsonFile(path.join(folder, id, "template.json"), cardSchema);
  if (card === null) return null;
  try {
    const project = await readFile(path.join(folder, id, "project.netloom"), "utf8");
    const page = await readFile(path.join(folder, id, "page.md"), "utf8").catch(() => "");
    const facts = describeTemplate(project);
    if (facts === null) return null;
    const { title, topic, summary, order = Number.MAX_SAFE_INTEGER } = card;
    return { content: { info: { id, title, topic, summary, ...facts }, project, page }, order };
  } catch {
    return null;
  }
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectDocument } from "#shared/document/model.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import { createTemplateStore } from "#electron/services/templateStore.ts";
import { readErrorCode } from "#electron/services/hostProblem.ts";
import { findTemplateId } from "./findTemplateId.ts";
import { CliFailure, type CliDiagnostic, type CliIo } from "./io.ts";

/** The project that PROJECT names: a file, else a template with that id. */
export async function loadProject(name: string, io: CliIo): Promise<ProjectDocument> {
  const parsed = parseProject(await readText(name, io));
  if (parsed.ok) return parsed.value;
  const diagnostics = parsed.error.map((issue): CliDiagnostic => ({
    code: "project",
    severity: "error",
    message: issue.message,
    nodes: [],
    file: name,
  }));
  throw new CliFailure(1, `${name} can't be read.`, diagnostics);
}

async function readText(name: string, io: CliIo): Promise<string> {
  try {
    return await readFile(path.resolve(io.cwd, name), "utf8");
  } catch (error) {
    const code = readErrorCode(error);
    if (code === null) throw error;
    const answer = /[/\\.]/.test(name) ? null : await readTemplate(name, io);
    if (answer !== null) return answer;
    const reason =
      code === "ENOENT"
        ? "it does not exist"
        : code === "EISDIR"
          ? "it is a folder"
          : code === "EACCES"
            ? "this account may not read it"
            : code;
    throw new CliFailure(1, `${name} can't be read: ${reason}.`);
  }
}

/** The project of the template that `name` means. */
async function readTemplate(name: string, io: CliIo): Promise<string> {
  const templates = createTemplateStore(io.templatesFolder);
  const ids = (await templates.list()).map((info) => info.id);
  const found = findTemplateId(name, ids);
  if (found.kind === "found") {
    const template = await templates.read(found.id);
    if (template.ok) return template.value.project;
  }
  const similar = found.kind === "unknown" ? found.similar.join(", ") : "";
  throw new CliFailure(
    1,
    `There is no file and no template "${name}". ${
      similar === ""
        ? `Templates: ${ids.join(", ") || "none"}.`
        : `Did you mean: ${similar}? All of them: netloom templates.`
    }`,
  );
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectDocument } from "#shared/document/model.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import { createTemplateStore } from "#electron/services/templateStore.ts";
import { readErrorCode } from "#electron/services/hostProblem.ts";
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
    const isPlainName = /^[a-z0-9-]+$/.test(name);
    if (isPlainName) {
      const templates = createTemplateStore(io.templatesFolder);
      const template = await templates.read(name);
      if (template.ok) return template.value.project;
      const ids = (await templates.list()).map((info) => info.id).join(", ");
      throw new CliFailure(
        1,
        `There is no file and no template "${name}". Templates: ${ids || "none"}.`,
      );
    }
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

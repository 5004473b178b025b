import type { Result } from "../base/result.ts";
import type { ProjectDocument } from "../document/model.ts";
import { migrations } from "./migrations.ts";
import { fileFormat, fileVersion, maxFileLength, projectFileSchema } from "./projectFile.ts";
import { type FileKind, type ProjectIssue, peekVersion, readFile } from "./readFile.ts";

export type { ProjectIssue } from "./readFile.ts";

const projectKind: FileKind<ProjectDocument> = {
  format: fileFormat,
  noun: "project",
  version: fileVersion,
  migrations,
  schema: projectFileSchema,
  maxLength: maxFileLength,
};

export function parseProject(text: string): Result<ProjectDocument, readonly ProjectIssue[]> {
  return readFile(text, projectKind);
}

/** The version that a text claims to have, whatever else is in it; null where it is no project. */
export function peekFileVersion(text: string): number | null {
  return peekVersion(text, projectKind);
}

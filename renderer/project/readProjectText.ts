import type { ProjectDocument } from "#shared/document/model.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import type { Toast } from "../ui/toastStore.ts";

/** A project from its text, or the toast that says why not: place and remedy, all issues in the details. */
export function readProjectText(
  text: string,
  label: string,
): Result<ProjectDocument, Omit<Toast, "id">> {
  const parsed = parseProject(text);
  if (parsed.ok) return ok(parsed.value);
  const messages = parsed.error.map((issue) => issue.message);
  const more = messages.length > 1 ? ` And ${messages.length - 1} more.` : "";
  return err({
    tone: "error",
    message: `${label} was not opened. ${messages[0] ?? "It is not a Netloom project."}${more}`,
    ...(messages.length > 1 ? { details: messages.join("\n") } : {}),
  });
}

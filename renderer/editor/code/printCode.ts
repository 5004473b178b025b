import type { DocumentAnalysis } from "#shared/analysis/analyzeDocument.ts";
import type { Diagnostic } from "#shared/analysis/types.ts";
import { err, ok } from "#shared/base/result.ts";
import type { Result } from "#shared/base/result.ts";
import { printKeras } from "#shared/codegen/printKeras.ts";
import { printTypeScript } from "#shared/codegen/printTypeScript.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { ProjectDocument } from "#shared/document/model.ts";

export type CodeLanguage = "typescript" | "python";

export interface CodeFile {
  readonly name: string;
  readonly text: string;
}

/** The document as source files in one language; the problems that are in the way otherwise. */
export function printCode(
  document: ProjectDocument,
  documentAnalysis: DocumentAnalysis,
  language: CodeLanguage,
): Result<readonly CodeFile[], readonly Diagnostic[]> {
  const plan = compileDocument(document, documentAnalysis);
  if (!plan.ok) return err(plan.error);
  const { training, data } = document;
  const print = language === "typescript" ? printTypeScript : printKeras;
  return ok(print(plan.value, { training, data }).files);
}

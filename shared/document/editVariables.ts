import { type Result, err, ok } from "../base/result.ts";
import { areSameJson } from "./checkJson.ts";
import { findFormulaFault } from "./checkParts.ts";
import { variablesSchema } from "./blockSchemas.ts";
import { findSchemaFault } from "./documentSchemas.ts";
import { badValue, quote } from "./editIssues.ts";
import type { EditIssue } from "./edits.ts";
import type { ProjectDocument, ProjectVariable } from "./model.ts";

export function setVariables(
  document: ProjectDocument,
  variables: readonly ProjectVariable[],
): Result<ProjectDocument, EditIssue> {
  const fault = findSchemaFault(variablesSchema, variables);
  if (fault !== null) return err(badValue(`The variables are not valid: ${fault}.`));
  for (const { name, value } of variables) {
    const formula = findFormulaFault(value);
    if (formula !== null) return err(badValue(`The variable ${quote(name)} ${formula}`));
  }
  return ok(areSameJson(variables, document.variables) ? document : { ...document, variables });
}

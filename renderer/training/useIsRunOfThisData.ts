import { useMemo } from "react";
import { parseProject } from "#shared/project/parseProject.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { documentStore, useDocument } from "../state/documentStore.ts";

/** Whether a run was trained on what the project's data is now: else its sample numbers point into other data. */
export function useIsRunOfThisData(snapshot: string): boolean {
  const data = useDocument((state) => state.document.data);
  return useMemo(() => {
    const then = parseProject(snapshot);
    if (!then.ok) return false;
    const { document } = documentStore.getState();
    const withData = (given: typeof data) => serializeProject({ ...document, data: given });
    return withData(then.value.data) === withData(data);
  }, [snapshot, data]);
}

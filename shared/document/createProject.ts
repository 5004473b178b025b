import { type ProjectId, projectId } from "../base/ids.ts";
import { createRandom } from "../base/random.ts";
import { defaultTraining } from "../training/config.ts";
import { type ProjectDocument, emptyGraph } from "./model.ts";

/** A new, empty project with an id of its own. */
export function createProject(name: string): ProjectDocument {
  return {
    id: createProjectId(),
    name,
    graph: emptyGraph,
    blocks: {},
    variables: [],
    data: null,
    training: defaultTraining,
  };
}

/** The same content as a project of its own: what opening a template or "save as" makes. */
export function forkProject(document: ProjectDocument, name = document.name): ProjectDocument {
  return { ...document, id: createProjectId(), name };
}

/** 100 bits, lower-case letters and digits only, so that it can stand in file names. */
function createProjectId(): ProjectId {
  // The one place where a document needs true randomness: ids of projects must differ between machines.
  const random = createRandom(`${Math.random()} ${Math.random()} ${performance.now()}`);
  const digits = Array.from({ length: 20 }, () => random.nextInt(32).toString(32));
  return projectId(`project-${digits.join("")}`);
}

import { type BlockId, blockId, projectId } from "../../shared/base/ids.ts";
import type { JsonValue } from "../../shared/base/json.ts";
import type { DataBinding } from "../../shared/datasets/binding.ts";
import type { BlockDefinition, ProjectDocument } from "../../shared/document/model.ts";
import type { StoredParams } from "../../shared/layers/params.ts";
import { defaultTraining, type TrainingConfig } from "../../shared/training/config.ts";
import { createGraphBuilder, type DrawnGraph, type GraphBuilder } from "./graphBuilder.ts";
import { layOut } from "./layOut.ts";
import type { ParamTable, Part } from "./parts.ts";

/** One of the templates that come with the application, as it is drawn by `npm run templates`. */
export interface Template {
  /** The folder's name in `templates/`. */
  readonly id: string;
  readonly name: string;
  readonly variables?: Readonly<Record<string, JsonValue>>;
  readonly data: DataBinding;
  readonly training?: Partial<TrainingConfig>;
  draw(project: ProjectBuilder): void;
}

export interface ProjectBuilder extends Omit<
  GraphBuilder,
  "blockInput" | "blockOutput" | "finish"
> {
  /** Defines a block; what comes back makes instances of it. */
  block(
    id: string,
    about: { readonly name: string; readonly summary: string; readonly params?: ParamTable },
    draw: (block: GraphBuilder) => void,
  ): BlockMaker;
}

export type BlockMaker = (name: string, params?: StoredParams) => Part;

/** The project as a document, laid out; the same one every time. */
export async function makeProject(template: Template): Promise<ProjectDocument> {
  const main = createGraphBuilder(template.id);
  const drawn: {
    readonly definition: Omit<BlockDefinition, "graph">;
    readonly graph: DrawnGraph;
  }[] = [];
  const project: ProjectBuilder = {
    ...main,
    block(id, { name, summary, params = {} }, draw) {
      const inner = createGraphBuilder(`${template.id}/${id}`);
      draw(inner);
      const definition = {
        id: blockId(id),
        name,
        summary,
        params: Object.entries(params).map(([param, about]) => ({ name: param, ...about })),
      };
      drawn.push({ definition, graph: inner.finish() });
      return (instance, values = {}) => ({ type: `block:${id}`, name: instance, params: values });
    },
  };
  template.draw(project);
  const blocks: Record<BlockId, BlockDefinition> = {};
  for (const { definition, graph } of drawn) {
    blocks[definition.id] = { ...definition, graph: await layOut(graph) };
  }
  return {
    id: projectId(`template-${template.id}`),
    name: template.name,
    graph: await layOut(main.finish()),
    blocks,
    variables: Object.entries(template.variables ?? {}).map(([name, value]) => ({ name, value })),
    data: template.data,
    training: { ...defaultTraining, ...template.training },
  };
}

import ELK from "elkjs/lib/elk-api.js";
import type { ELK as ElkClient } from "elkjs/lib/elk-api.js";
import type { NodeId } from "#shared/base/ids.ts";
import { err, ok } from "#shared/base/result.ts";
import type { Result } from "#shared/base/result.ts";
import type { ModelGraph, Position } from "#shared/document/model.ts";
import type { FlowDirection } from "../canvas/geometry.ts";
import { readLayout, toElkGraph } from "./elkGraph.ts";

let client: ElkClient | null = null;

/** Lays out in a worker (made at first use), so that a big graph doesn't hold up the window. */
export async function layOutGraph(
  graph: ModelGraph,
  options: { readonly direction: FlowDirection; readonly only?: ReadonlySet<NodeId> },
): Promise<Result<Readonly<Record<NodeId, Position>>, string>> {
  client ??= new ELK({
    workerFactory: () =>
      new Worker(new URL("../../workers/layoutWorker.ts", import.meta.url), {
        type: "module",
        name: "layout",
      }),
  });
  try {
    return ok(readLayout(graph, await client.layout(toElkGraph(graph, options))));
  } catch (problem) {
    client.terminateWorker();
    client = null;
    return err(
      `The layout could not be computed: ${problem instanceof Error ? problem.message : String(problem)}.`,
    );
  }
}

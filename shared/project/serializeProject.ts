import type { ProjectDocument } from "../document/model.ts";
import { printBlock, printGraph } from "./printGraph.ts";
import { printInline, printList, printObject, printTree, toJson } from "./printJson.ts";
import { fileFormat, fileVersion } from "./projectFile.ts";

/**
 * The document as text. Nodes, wires and options keep their order; every option's value, every position and every wire
 * has a line of its own, so that changing one of them changes one line.
 */
export function serializeProject(document: ProjectDocument): string {
  const text = printObject(0, [
    ["format", printInline(fileFormat)],
    ["version", printInline(fileVersion)],
    ["id", printInline(document.id)],
    ["name", printInline(document.name)],
    [
      "variables",
      printList(
        1,
        document.variables.map(({ name, value }) => printInline({ name, value })),
      ),
    ],
    ["models", printObject(1, [["main", printObject(2, printGraph(2, document.graph))]])],
    [
      "blocks",
      printList(
        1,
        Object.values(document.blocks).map((block) => printBlock(2, block)),
      ),
    ],
    ["data", printTree(1, toJson(document.data))],
    ["training", printTree(1, toJson(document.training))],
  ]);
  return `${text}\n`;
}

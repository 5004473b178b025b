import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { readFixedBatch } from "#shared/analysis/costs.ts";
import { type LayerRow, flattenRows, listLayers } from "#shared/analysis/listLayers.ts";
import { kerasShape } from "#shared/layers/shape.ts";
import {
  countMemoryNeeds,
  describeMemoryParts,
  formatMemory,
  readStepSize,
} from "#shared/training/memoryNeeds.ts";
import { toCliDiagnostic } from "../compile.ts";
import type { CliIo, CommandResult } from "../io.ts";
import { loadProject } from "../loadProject.ts";
import type { Invocation } from "../parseArguments.ts";
import { printDiagnostics } from "../printDiagnostics.ts";
import { alignRows } from "../printHelp.ts";

/**
 * Layers in topological order with output shapes (batch first, null: any), weight counts and costs. Outputs are no
 * layers. JSON has both: `layers`, each with its path, and `tree`, where blocks hold theirs.
 */
export async function runSummary(
  { positionals, options }: Invocation,
  io: CliIo,
): Promise<CommandResult> {
  const [name = ""] = positionals;
  const document = await loadProject(name, io);
  const analysis = analyzeDocument(document);
  const tree = listLayers(analysis);
  const layers = flattenRows(tree);
  const { totals } = analysis;
  const { paramCount: totalParams, trainableCount: trainableParams } = totals;
  const { multiplyAdds, activationBytes } = totals;
  const step = readStepSize(document.training, null, readFixedBatch(analysis.flat));
  const { batchSize } = step;
  // Without the data, which nobody has opened here.
  const needs = countMemoryNeeds(totals, step);
  const trainingBytes = needs?.total ?? null;
  const errors = analysis.diagnostics.filter((entry) => entry.severity === "error");
  const diagnostics = errors.map(toCliDiagnostic);
  const nonTrainableParams = totalParams - trainableParams;
  const rows = options.flag("flat")
    ? layers.map((row) => printRow(row, row.path.join(" › ")))
    : printTree(tree, 0);
  const titles = ["Layer", "Type", "Output shape", "Params", "Multiply-adds", "Activations"];
  return {
    exitCode: errors.length > 0 ? 1 : 0,
    json: {
      layers: layers.map(toJson),
      tree: tree.map(toTree),
      totalParams,
      trainableParams,
      nonTrainableParams,
      multiplyAdds,
      activationBytes,
      trainingBytes,
      trainingParts: needs,
      batchSize,
      ...(errors.length > 0 ? { diagnostics } : {}),
    },
    text: [
      document.name,
      "",
      ...alignRows([titles, ...rows], { rightAligned: [3, 4, 5] }),
      "",
      `Total ${count(totalParams)} · trainable ${count(trainableParams)} · not trainable ${count(nonTrainableParams)}`,
      `Per sample ${count(multiplyAdds)} multiply-adds, ${memory(activationBytes)} of activations · training with ${batchSize === null ? "all samples at once" : `batches of ${batchSize}`} ${memory(trainingBytes)}`,
      ...(needs === null ? [] : [`  of this ${describeMemoryParts(needs)}`]),
      ...(errors.length > 0 ? ["", printDiagnostics(diagnostics)] : []),
    ].join("\n"),
  };
}

function printTree(rows: readonly LayerRow[], depth: number): readonly (readonly string[])[] {
  return rows.flatMap((row) => [
    printRow(row, `${"  ".repeat(depth)}${row.path.at(-1) ?? ""}`),
    ...(row.children === null ? [] : printTree(row.children, depth + 1)),
  ]);
}

function printRow(row: LayerRow, name: string): readonly string[] {
  const shape = row.outputShapes.map(
    (entry) =>
      `(${kerasShape(entry)
        .map((size) => size ?? "None")
        .join(", ")})`,
  );
  return [
    name,
    row.node.type,
    shape.length === 0 ? "?" : shape.join(" "),
    row.sharedWith === null ? count(row.paramCount) : "shared",
    count(row.multiplyAdds),
    bytes(row.activationBytes),
  ];
}

function toJson(row: LayerRow) {
  const { id, node, path, paramCount, trainableCount, multiplyAdds, activationBytes } = row;
  const [outputShape = null, ...more] = row.outputShapes.map(kerasShape);
  return {
    id,
    type: node.type,
    name: node.name,
    path,
    outputShape,
    ...(more.length === 0 ? {} : { moreOutputShapes: more }),
    paramCount,
    trainableParams: trainableCount,
    multiplyAdds,
    activationBytes,
    trainingBytes: row.trainingBytes,
    ...(row.sharedWith === null ? {} : { sharedWith: row.sharedWith }),
  };
}

function toTree(row: LayerRow): object {
  const own = toJson(row);
  return row.children === null ? own : { ...own, layers: row.children.map(toTree) };
}

const count = (value: number | null) => (value === null ? "?" : value.toLocaleString("en"));

const memory = (value: number | null) => (value === null ? "?" : formatMemory(value));

function bytes(value: number | null): string {
  if (value === null) return "?";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 ? scaled : scaled.toPrecision(3)} ${units[unit] ?? ""}`;
}

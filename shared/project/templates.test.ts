import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { fitGraphToData } from "../analysis/fitGraphToData.ts";
import { templatePicture } from "../analysis/templatePicture.ts";
import { compileDocument } from "../compiler/compileDocument.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { openDataset } from "../datasets/openDataset.ts";
import type { ProjectDocument } from "../document/model.ts";
import { templateInfoSchema } from "../host/contract.ts";
import { parseProject } from "./parseProject.ts";
import { serializeProject } from "./serializeProject.ts";

const folder = fileURLToPath(new URL("../../templates/", import.meta.url));
const read = (id: string, file: string) => readFileSync(`${folder}${id}/${file}`, "utf8");

function load(id: string): ProjectDocument {
  const parsed = parseProject(read(id, "project.netloom"));
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  return parsed.value;
}

async function openSummary({ data }: ProjectDocument): Promise<DatasetSummary> {
  if (data === null) throw new Error("The template has no data.");
  // Few samples are enough to know the fields, and drawing thousands of digits takes seconds.
  const source = data.source.kind === "generated" ? { ...data.source, samples: 100 } : data.source;
  const opened = await openDataset(
    { ...data, source },
    {
      openSource: () => Promise.reject(new Error("a template's data are generated")),
    },
  );
  if (!opened.ok) throw new Error(opened.error[0]?.message);
  return opened.value.summary;
}

/** Total weights, and those that training never changes (moving averages). */
const totals: Readonly<Record<string, readonly [total: number, untrained: number]>> = {
  "airline-lstm": [342, 0],
  "lecture-cnn": [93_322, 0],
  "lenet-5": [61_706, 0],
  "mlp-3-4-4-3": [51, 0],
  "mlp-iris": [243, 0],
  "mnist-mlp": [101_770, 0],
  "residual-block": [15_434, 64],
  "sequence-dense": [2641, 0],
  "stacked-lstm": [806_017, 0],
  "two-input-concat": [468, 0],
};

it("covers every template", () => {
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(found.map((entry) => entry.name).toSorted()).toEqual(Object.keys(totals));
});

describe.each(Object.keys(totals))("template %s", (id) => {
  const document = load(id);

  it("has exactly its weights, and nothing wrong with it or its data", async () => {
    const analysis = analyzeDocument(document, { data: await openSummary(document) });
    expect(analysis.diagnostics).toEqual([]);
    const { paramCount, trainableCount } = analysis.totals;
    expect([paramCount, paramCount - trainableCount]).toEqual(totals[id]);
  });

  it("compiles into a plan", () => {
    const plan = compileDocument(document, analyzeDocument(document));
    expect(plan.ok).toBe(true);
    if (!plan.ok) return;
    const weights = plan.value.layers.flatMap((layer) => layer.weights);
    const count = weights.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    );
    expect(count).toBe(totals[id]?.[0]);
  });

  it("needs no change to fit its own data", async () => {
    expect(fitGraphToData(document, await openSummary(document))).toBeNull();
  });

  it("is written as Netloom writes it", () => {
    expect(serializeProject(document)).toBe(read(id, "project.netloom"));
  });

  it("runs downward without overlaps, off no grid", () => {
    const nodes = Object.values(document.graph.nodes);
    for (const edge of Object.values(document.graph.edges)) {
      const source = document.graph.nodes[edge.source];
      const target = document.graph.nodes[edge.target];
      expect(target?.position.y).toBeGreaterThanOrEqual((source?.position.y ?? 0) + 82);
    }
    for (const [index, node] of nodes.entries()) {
      for (const other of nodes.slice(index + 1)) {
        const isApart =
          Math.abs(node.position.x - other.position.x) >= 196 ||
          Math.abs(node.position.y - other.position.y) >= 52;
        expect(isApart, `${node.name} and ${other.name}`).toBe(true);
      }
    }
  });

  it("has a card, a page and a picture", () => {
    const card: unknown = JSON.parse(read(id, "template.json"));
    const picture = templatePicture(document.graph);
    const info = templateInfoSchema.safeParse({
      ...(card as object),
      id,
      paramCount: totals[id]?.[0],
      picture,
    });
    expect(info.success).toBe(true);
    expect(picture.nodes).toHaveLength(Object.keys(document.graph.nodes).length);
    expect(picture.edges).toHaveLength(Object.keys(document.graph.edges).length);
    for (const { x, y } of picture.nodes) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
    }
    const page = read(id, "page.md");
    expect(page.startsWith(`# ${(card as { title: string }).title}\n`)).toBe(true);
    expect(page).toContain("**Data.**");
    expect(page).toContain("**Try.**");
  });
});

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { fitGraphToData } from "../analysis/fitGraphToData.ts";
import { templatePicture } from "../analysis/templatePicture.ts";
import { compileDocument } from "../compiler/compileDocument.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { openDataset } from "../datasets/openDataset.ts";
import type { ModelGraph, ProjectDocument } from "../document/model.ts";
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
  const source = data.source.kind === "generated" ? { ...data.source, samples: 10 } : data.source;
  const opened = await openDataset(
    { ...data, source },
    {
      openSource: () => Promise.reject(new Error("a template's data are generated")),
    },
  );
  if (!opened.ok) throw new Error(opened.error[0]?.message);
  return opened.value.summary;
}

/**
 * Total weights, and those that training never changes (moving averages). Where a paper or Keras Applications says how
 * many there are, it is theirs; `templateReferee.test.ts` compares layer by layer.
 */
const totals: Readonly<Record<string, readonly [total: number, untrained: number]>> = {
  "airline-lstm": [342, 0],
  alexnet: [60_965_224, 0],
  "bidirectional-rnn": [2849, 0],
  "causal-transformer": [20_456, 0],
  "cnn-lstm": [56_804, 0],
  "conv-lstm": [7300, 0],
  "convolutional-autoencoder": [3217, 0],
  "deep-rnn": [5281, 0],
  "denoising-autoencoder": [12_193, 0],
  "dense-autoencoder": [222_384, 0],
  "densenet-121": [8_062_504, 83_648],
  "dnn-3-5-5-3-1": [72, 0],
  "edge-detection": [65, 0],
  "efficientnet-b0": [5_330_571, 42_023],
  "fully-convolutional-network": [8_400_185, 0],
  googlenet: [13_378_280, 0],
  "googlenet-plain": [6_998_552, 0],
  gru: [3393, 0],
  "inception-v3": [23_851_784, 34_432],
  "lecture-cnn": [93_322, 0],
  "lenet-5": [61_706, 0],
  "logistic-regression": [4, 0],
  lstm: [4385, 0],
  "many-to-many": [3777, 0],
  "many-to-one": [3393, 0],
  "mlp-3-4-4-3": [51, 0],
  "mlp-iris": [243, 0],
  "mnist-mlp": [101_770, 0],
  mobilenet: [4_253_864, 21_888],
  "mobilenet-v2": [3_538_984, 34_112],
  "one-to-many": [4513, 0],
  perceptron: [4, 0],
  "residual-block": [15_434, 64],
  "resnet-101": [44_707_176, 105_344],
  "resnet-18": [11_699_112, 9600],
  "resnet-50": [25_636_712, 53_120],
  "resnet-50v2": [25_613_800, 45_440],
  "seq2seq-attention": [54_296, 0],
  "seq2seq-teacher-forcing": [52_760, 0],
  "sequence-dense": [2641, 0],
  "siamese-twin": [56_129, 0],
  "simple-rnn": [1121, 0],
  "stacked-lstm": [806_017, 0],
  "text-bag-of-words": [16_164, 0],
  "text-cnn": [28_772, 0],
  "text-embedding": [8340, 0],
  "text-lstm": [24_452, 0],
  "transformer-classifier": [34_500, 0],
  "two-input-concat": [468, 0],
  "u-net": [31_030_658, 0],
  "variational-autoencoder": [102_816, 0],
  vgg16: [138_357_544, 0],
  vgg19: [143_667_240, 0],
  wavenet: [9648, 0],
  xception: [22_910_480, 54_528],
  zfnet: [62_357_608, 0],
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
    const made = plan.value.layers.filter(({ sharedWith }) => sharedWith === null);
    const weights = made.flatMap((layer) => layer.weights);
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

  it("runs downward without overlaps, off no grid, at the top and in every block", () => {
    const graphs = [document.graph, ...Object.values(document.blocks).map(({ graph }) => graph)];
    for (const graph of graphs) checkPlaces(graph);
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

function checkPlaces(graph: ModelGraph): void {
  const nodes = Object.values(graph.nodes);
  for (const edge of Object.values(graph.edges)) {
    const source = graph.nodes[edge.source];
    const target = graph.nodes[edge.target];
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
}

it("shows ResNet-50 in at most twelve nodes", () => {
  expect(Object.keys(load("resnet-50").graph.nodes).length).toBeLessThanOrEqual(12);
});

it.each(["resnet-50", "densenet-121", "inception-v3"])("analyses %s within a second", (id) => {
  const startMs = performance.now();
  analyzeDocument(load(id));
  expect(performance.now() - startMs).toBeLessThan(1000);
});

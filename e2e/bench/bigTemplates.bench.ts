import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import ELK from "elkjs/lib/elk.bundled.js";
import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { viewAnalysis } from "#shared/analysis/viewAnalysis.ts";
import { blockId, nodeId } from "#shared/base/ids.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import { readLayout, toElkGraph } from "../../renderer/editor/layout/elkGraph.ts";
import { canvasOf, layerOf } from "../steps.ts";
import { type Figure, summarise, timeRepeatedly } from "./figure.ts";
import { withWindow } from "./window.ts";

const openMs = 1000;
const frameMs = 16;

interface BigTemplate {
  readonly id: string;
  readonly title: string;
  /** An instance in the middle, and two values of its parameters that fit. */
  readonly instance: readonly [node: string, StoredParams, StoredParams];
  /** A layer in a block that is used many times, and two values of its options that fit. */
  readonly inner: readonly [block: string, node: string, StoredParams, StoredParams];
}

const norm = (block: string, node: string) =>
  [block, node, { momentum: 0.9, scale: false }, { momentum: 0.99, scale: true }] as const;

const templates: readonly BigTemplate[] = [
  {
    id: "inception-v3",
    title: "Inception-v3",
    instance: ["mixed4", { inner: 136 }, { inner: 128 }],
    inner: norm("conv-bn", "bn"),
  },
  {
    id: "densenet-121",
    title: "DenseNet-121",
    instance: ["conv4", { growth: 24 }, { growth: 32 }],
    inner: norm("dense-unit", "layer-1_bn"),
  },
  {
    id: "resnet-101",
    title: "ResNet-101",
    instance: ["conv4", { filters: 192 }, { filters: 256 }],
    inner: norm("identity-unit", "layer-1_bn"),
  },
  {
    id: "resnet-50",
    title: "ResNet-50",
    instance: ["conv4", { filters: 192 }, { filters: 256 }],
    inner: norm("identity-unit", "layer-1_bn"),
  },
  {
    id: "googlenet",
    title: "GoogLeNet",
    instance: ["inception_4c", { three: 192 }, { three: 256 }],
    inner: ["inception", "three", { useBias: false }, { useBias: true }],
  },
  {
    id: "efficientnet-b0",
    title: "EfficientNet-B0",
    instance: ["block4b", { kernel: 5 }, { kernel: 3 }],
    inner: norm("residual-unit", "bn"),
  },
];

/**
 * The large templates: from the file to a plan with a tidy layout, edits in their middle, and from the click to the canvas.
 * As in the bench of analysis, the quickest round decides whether a limit is broken, since others may be busy too.
 */
export async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const template of templates) {
    const text = readFileSync(`templates/${template.id}/project.netloom`, "utf8");
    figures.push(await timeOpening(template, text), ...timeEdits(template, read(text)));
  }
  const slow = figures.find(({ min, limit = Infinity }) => min > limit);
  if (slow !== undefined) throw new Error(`${slow.label} takes ${slow.min.toFixed(1)} ms or more.`);
  return [...figures, ...(await timeClicks())];
}

function read(text: string): ProjectDocument {
  const parsed = parseProject(text);
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  return parsed.value;
}

async function timeOpening({ title }: BigTemplate, text: string): Promise<Figure> {
  const elk = new ELK();
  let layers = 0;
  const times = await timeRepeatedly(
    async () => {
      const document = read(text);
      const analysis = analyzeDocument(document);
      viewAnalysis(analysis, []);
      const plan = compileDocument(document, analysis);
      if (!plan.ok) throw new Error(`${title}: ${plan.error[0]?.message}`);
      layers = plan.value.layers.length;
      const { graph } = document;
      readLayout(graph, await elk.layout(toElkGraph(graph, { direction: "down" })));
    },
    { rounds: 9, warmUp: 0 },
  );
  const label = `${title}, ${layers} layers: read, analyse, compile, lay out`;
  return summarise(label, "ms", times, { limit: openMs });
}

function timeEdits(
  { title, instance, inner }: BigTemplate,
  document: ProjectDocument,
): readonly Figure[] {
  const [node, ...choices] = instance;
  const [block, layer, ...options] = inner;
  const set = (id: string, params: StoredParams = {}) =>
    ({ kind: "setParams", node: nodeId(id), params }) as const;
  return [
    timeEdit(`${title}: a parameter of ${node}`, document, (round) =>
      set(node, choices[round % 2]),
    ),
    timeEdit(`${title}: an option of ${layer} in every ${block}`, document, (round) => ({
      kind: "inBlock",
      block: blockId(block),
      edit: set(layer, options[round % 2]),
    })),
  ];
}

function timeEdit(
  label: string,
  start: ProjectDocument,
  makeEdit: (round: number) => DocumentEdit,
): Figure {
  let document = start;
  let analysis = analyzeDocument(document);
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const begin = performance.now();
    const edited = applyEdit(document, makeEdit(round));
    if (!edited.ok) throw new Error(`${label}: ${edited.error.message}`);
    document = edited.value;
    analysis = analyzeDocument(document, { previous: analysis });
    viewAnalysis(analysis, []);
    // The first rounds warm up the compiler.
    if (round >= 10) times.push(performance.now() - begin);
    const wrong = analysis.diagnostics.find(({ severity }) => severity === "error");
    if (wrong !== undefined) throw new Error(`${label} should fit: ${wrong.message}`);
  }
  return summarise(label, "ms", times, { limit: frameMs });
}

/** From the click on a template to its layers on the canvas, as the page's clock sees it, each time in a fresh window. */
async function timeClicks(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { title } of templates) {
    const times: number[] = [];
    for (let round = 0; round < 2; round++) {
      await withWindow(async ({ page, address }) => {
        times.push(await timeClick(page, address, title));
      });
    }
    figures.push(summarise(`${title}: click to canvas`, "ms", times, { limit: openMs }));
  }
  return figures;
}

async function timeClick(page: Page, address: string, title: string): Promise<number> {
  await page.goto(address);
  const button = page.getByRole("button", { name: new RegExp(`^${title}`) }).first();
  await expect(button).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(".react-flow__node")).toHaveCount(0);
  const elapsed = button.evaluate(
    (element: HTMLElement) =>
      new Promise<number>((resolve) => {
        const start = performance.now();
        element.click();
        const look = () => {
          const drawn = document.querySelectorAll(".react-flow__node, .react-flow__edge").length;
          if (drawn > 3) requestAnimationFrame(() => resolve(performance.now() - start));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
  const time = await elapsed;
  await expect(canvasOf(page)).toBeVisible();
  await expect(layerOf(page, "Input").first()).toBeVisible();
  return time;
}

import { describe, expect, it } from "vitest";
import { realDataFolder, realFolder } from "./datasets.testkit.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { inspectSource } from "./inspectSource.ts";
import { openDataset } from "./openDataset.ts";
import { rebindSource } from "./rebindSource.ts";

/** Skipped where the folder of real data is absent; point `NETLOOM_TEST_DATA` at it. */
describe.skipIf(realDataFolder === null)("real data", () => {
  async function bind(folder: string, file: string | null) {
    const { files, openSource } = realFolder(folder);
    const chosen = files.filter(({ name }) => file === null || name === file);
    const proposal = await inspectSource(chosen, openSource, { label: file ?? folder });
    if (!proposal.ok) throw new Error(proposal.error[0]?.message);
    return { proposal: proposal.value, openSource };
  }

  it.each([
    ["iris.csv", 150, [4], 3, "table"],
    ["wheat-seeds.csv", 210, [7], 3, "table"],
    ["pima-indians-diabetes.csv", 768, [8], 2, "table"],
    ["housing.csv", 506, [13], null, "table"],
    ["adult-test.csv", 16_281, [107], 2, "table"],
    ["airline-passengers.csv", 132, [12, 1], null, "sequence"],
    ["daily-min-temperatures.csv", 3626, [24, 1], null, "sequence"],
  ] as const)("opens %s as proposed", async (file, samples, features, classes, kind) => {
    const { proposal, openSource } = await bind("csv", file);
    const dataset = await openDataset(proposal.binding, { openSource });
    if (!dataset.ok) throw new Error(dataset.error[0]?.message);
    const { summary } = dataset.value;
    const [feature, target] = summary.fields;
    expect({ kind: summary.kind, samples: summary.sampleCount }).toEqual({ kind, samples });
    expect(feature?.shape.axes.map(({ size }) => size)).toEqual(features);
    expect(target?.classes?.length ?? null).toBe(classes);
    const values = dataset.value.gather(feature?.name ?? "", dataset.value.train);
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
  });

  it("reads the census with its spaces trimmed and its dots kept", async () => {
    const { proposal, openSource } = await bind("csv", "adult-test.csv");
    const dataset = await openDataset(proposal.binding, { openSource });
    expect(dataset.ok ? dataset.value.summary.fields[1]?.classes : dataset.error).toEqual([
      "<=50K.",
      ">50K.",
    ]);
    expect(proposal.columns[1]?.categories.find(({ text }) => text === "?")?.count).toBe(963);
  });

  it("puts the airline's file in the place of a template's months", async () => {
    const { proposal } = await bind("csv", "airline-passengers.csv");
    const binding = rebindSource(proposeGenerated("seasonal"), proposal);
    expect(binding).toMatchObject({
      scaling: proposeGenerated("seasonal").scaling,
      source: {
        window: { steps: 12, horizon: 1 },
        columns: [
          { name: "Month", role: "ignore" },
          { name: "Passengers", role: "target" },
        ],
      },
    });
  });

  it("puts MNIST in the place of drawn digits, at the size the template wants", async () => {
    const { proposal, openSource } = await bind("mnist", null);
    const existing = { ...proposeGenerated("digits"), imageSize: { height: 32, width: 32 } };
    const dataset = await openDataset(rebindSource(existing, proposal), { openSource });
    if (!dataset.ok) throw new Error(dataset.error[0]?.message);
    const { summary } = dataset.value;
    expect(summary).toMatchObject({ kind: "images", sampleCount: 10_000, trainCount: 8000 });
    expect(summary.classCounts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(summary.fields[0]?.shape.axes.map(({ size }) => size)).toEqual([32, 32, 1]);
    const batch = dataset.value.gather("image", dataset.value.train.slice(0, 4));
    expect(Math.max(...batch)).toBeLessThanOrEqual(1);
  });
});

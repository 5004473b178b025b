import { describe, expect, it } from "vitest";
import { formatOptionValue, makeLayerPage } from "./layerPage.ts";
import { findLayer, layerDefinitions } from "./registry.ts";
import { shapeFromSizes } from "./shape.ts";

function pageOf(type: string, ...asked: [] | [NonNullable<Parameters<typeof makeLayerPage>[1]>]) {
  const definition = findLayer(type);
  if (definition === null) throw new Error(type);
  return makeLayerPage(definition, ...asked);
}

describe.each(layerDefinitions.map((definition) => [definition.type, definition] as const))(
  "the page of %s",
  (_type, definition) => {
    const page = makeLayerPage(definition);
    it("works out its example: shapes, weights, cost", () => {
      expect(page.isExample).toBe(true);
      const [example] = definition.examples;
      expect(page.use?.paramCount).toBe(example?.weightCount);
      expect(page.use?.inputs.length).toBe(example?.inputs.length);
      expect(page.use?.outputs.length).toBeGreaterThanOrEqual(definition.outputs);
    });

    it("names every option, its default and what can be chosen", () => {
      expect(page.options.map(({ name }) => name)).toEqual(Object.keys(definition.params));
      for (const option of page.options) {
        expect(option.default, option.name).not.toBe("");
        expect(option.default, option.name).not.toMatch(/object|undefined|null/);
      }
    });

    it("gives sources, and a formula where something is computed", () => {
      expect(page.sources.length).toBeGreaterThan(0);
      if (definition.category !== "io") expect(page.formula ?? "").toMatch(/\S{3}/);
    });
  },
);

describe("makeLayerPage", () => {
  it("shows the figures of the layer asked about", () => {
    const inputs = [shapeFromSizes([28, 28, 1])];
    const page = pageOf("conv2d", { params: { filters: 8, kernelSize: [5, 5] }, inputs });
    expect(page.isExample).toBe(false);
    expect(page.use?.paramCount).toBe(5 * 5 * 8 + 8);
    expect(page.use?.multiplyAdds).toBe(24 * 24 * 8 * 25);
    expect(page.use?.activationBytes).toBe(24 * 24 * 8 * 4);
    expect(page.options.find(({ name }) => name === "kernelSize")).toMatchObject({
      pythonName: "kernel_size",
      value: "5 × 5",
      default: "3 × 3",
    });
    expect(page.options.find(({ name }) => name === "strides")?.value).toBeNull();
  });

  it("falls back to an example where the shapes don't fit", () => {
    const page = pageOf("conv2d", { params: {}, inputs: [shapeFromSizes([4])] });
    expect(page.isExample).toBe(true);
    expect(page.use?.inputs[0]?.shape.axes).toHaveLength(3);
  });
});

it.each([
  [null, "none"],
  [true, "on"],
  [3.5, "3.5"],
  [[3, 3], "3 × 3"],
  [[null, 4], "? × 4"],
  [[], "empty"],
  ["", "empty"],
  [{ name: "heNormal", seed: null }, "heNormal"],
  [{ name: "l2", l2: 0.01 }, "l2 (l2 0.01)"],
  [{ type: "lstm", params: { units: 3 } }, "lstm"],
  [{ $expr: "filters * 4" }, "= filters * 4"],
])("formatOptionValue(%j) is %s", (value, expected) => {
  expect(formatOptionValue(value)).toBe(expected);
});

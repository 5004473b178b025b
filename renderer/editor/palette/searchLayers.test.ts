import { describe, expect, it } from "vitest";
import { layerDefinitions } from "#shared/layers/registry.ts";
import { matchText, searchLayers } from "./searchLayers.ts";

const titles = (query: string) =>
  searchLayers(layerDefinitions, query).map((match) => match.definition.title);

describe("searchLayers", () => {
  it("gives all layers in the palette's order for an empty query", () => {
    expect(titles("  ")).toEqual(layerDefinitions.map((definition) => definition.title));
  });

  const firsts: readonly [string, string][] = [
    ["conv2d", "Conv2D"],
    ["conv", "Conv1D"],
    ["dense", "Dense"],
    ["lstm", "LSTM"],
    ["max pool 2d", "MaxPooling2D"],
    ["mp2", "MaxPooling2D"],
    ["pooling2d", "MaxPooling2D"],
    ["batchnorm", "BatchNormalization"],
    ["fully connected", "Dense"],
    ["skip", "Add"],
    ["gap", "GlobalAveragePooling1D"],
  ];
  it.each(firsts)("“%s” finds %s first", (query, title) => {
    expect(titles(query)[0]).toBe(title);
  });

  it("leaves out what doesn't answer", () => {
    expect(titles("lstm")).not.toContain("Dense");
    expect(titles("qqq")).toEqual([]);
  });

  it("says through which keyword a layer was found", () => {
    const [match] = searchLayers(layerDefinitions, "fully");
    expect(match?.via).toBe("fully connected");
    expect(match?.marks).toEqual([]);
  });
});

describe("matchText", () => {
  const cases: readonly [string, string, readonly number[]][] = [
    ["MaxPooling2D", "pool", [3, 4, 5, 6]],
    ["MaxPooling2D", "mp2", [0, 3, 10]],
    ["Conv2DTranspose", "t", [6]],
  ];
  it.each(cases)("marks in %s the letters of “%s”", (title, query, marks) => {
    expect(matchText(title, query)?.marks).toEqual(marks);
  });

  it("prefers an exact title to a longer one that starts alike", () => {
    const exact = matchText("Conv2D", "conv2d")?.score ?? 0;
    expect(exact).toBeGreaterThan(matchText("Conv2DTranspose", "conv2d")?.score ?? 0);
  });

  it("refuses letters that start in the middle of a word with gaps between", () => {
    expect(matchText("Flatten", "ae")).toBeNull();
  });
});

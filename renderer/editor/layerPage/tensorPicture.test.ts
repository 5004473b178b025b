import { describe, expect, it } from "vitest";
import { shapeFromSizes } from "#shared/layers/shape.ts";
import { axisLength, drawTensor } from "./tensorPicture.ts";

describe("drawTensor", () => {
  it.each([
    ["a vector", [128], 1],
    ["a sequence", [20, 8], 1],
    ["an image", [28, 28, 3], 3],
    ["a video", [10, 28, 28, 3], 9],
    ["a number", [], 1],
  ])("draws %s with its faces inside the picture", (_what, sizes, faces) => {
    const picture = drawTensor(shapeFromSizes(sizes));
    expect(picture.faces).toHaveLength(faces);
    for (const { points } of picture.faces)
      for (const corner of points.split(" ")) {
        const [x = -1, y = -1] = corner.split(",").map(Number);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(picture.width);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(picture.height);
      }
  });

  it("draws more where there is more, within bounds", () => {
    expect(axisLength(1)).toBeLessThan(axisLength(2));
    expect(axisLength(64)).toBeLessThan(axisLength(512));
    expect(axisLength(1e9)).toBe(axisLength(1e12));
    expect(drawTensor(shapeFromSizes([56, 56, 64])).height).toBeGreaterThan(
      drawTensor(shapeFromSizes([28, 28, 64])).height,
    );
  });
});

import { describe, expect, it } from "vitest";
import { keepInside, panSpan, zoomSpan } from "./chartZoom.ts";

const whole = [0, 10] as const;

describe("zoomSpan", () => {
  it("keeps the place under the pointer where it is", () => {
    expect(zoomSpan(whole, whole, { at: 4, factor: 2 })).toEqual([2, 7]);
    expect(zoomSpan([2, 7], whole, { at: 2, factor: 2.5 })).toEqual([2, 4]);
  });
  it("shows all again once it would show more than there is", () => {
    expect(zoomSpan([2, 7], whole, { at: 4, factor: 0.5 })).toBeNull();
  });
  it("stays inside at the edges and stops at a millionth", () => {
    expect(zoomSpan([0, 2], whole, { at: 2, factor: 0.5 })).toEqual([0, 4]);
    const [from, to] = zoomSpan([5, 5.00001], whole, { at: 5, factor: 1000 }) ?? [0, 0];
    expect(to - from).toBeCloseTo(1e-5, 12);
  });
});

it("pans by a share and stops at the ends", () => {
  expect(panSpan([2, 4], whole, 0.5)).toEqual([3, 5]);
  expect(panSpan([7, 9], whole, 2)).toEqual([8, 10]);
  expect(panSpan([2, 4], whole, -9)).toEqual([0, 2]);
});

it("takes a drawn selection as it is", () => {
  expect(keepInside([1, 2], whole)).toEqual([1, 2]);
  expect(keepInside([-3, 30], whole)).toBeNull();
});

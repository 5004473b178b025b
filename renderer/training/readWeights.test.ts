import { expect, test } from "vitest";
import { readWeights } from "./readWeights.ts";

test.each([
  ["1, 2, 0.5", 3, [1, 2, 0.5]],
  ["1 2;3", null, [1, 2, 3]],
  ["0", 1, [0]],
])("reads %j", (text, count, expected) => {
  expect(readWeights(text, count)).toEqual({ ok: true, value: expected });
});

test.each([
  ["", 2, /Enter a number/],
  ["1, two", 2, /“two” is not a number/],
  ["1, -2", 2, /-2 is not between/],
  ["1, 2", 3, /has 3 classes; here are 2/],
])("says what is wrong with %j", (text, count, message) => {
  expect(readWeights(text, count)).toEqual({ ok: false, error: expect.stringMatching(message) });
});

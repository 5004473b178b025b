import { expect, test } from "vitest";
import { shapeFromSizes } from "./shape.ts";
import { compileFormula } from "./tensorFormula.ts";

const inputs = [shapeFromSizes([5, 3]), shapeFromSizes([3])];

test.each([
  ["a + b", [5, 3]],
  ["mean(a, 1) * b", [3]],
  ["mean(a, [1, 2]) + sum(b)", []],
  ["max(a, -1, true) + b", [5, 3]],
  ["a ** 2 / b", [5, 3]],
])("%s of 5 × 3 and 3 gives %j", (text, sizes) => {
  const formula = compileFormula(text, inputs);
  if (!formula.ok) throw new Error(formula.error);
  expect(formula.value.sizes).toEqual(sizes);
});

test.each([
  ["a +", /^be readable \(.*missing/],
  ["a + y + b", /names x0 to x1, not “y”/],
  ["a + x2 + b", /2 inputs only; “x2” has no wire/],
  ["a * 2", /use all its inputs; x1 is not in it/],
  ["3", /use its inputs/],
  ["eval(a) + b", /functions that there are, not “eval”/],
  ["constructor(a) + b", /functions that there are, not “constructor”/],
  ["sum(a, 0) + b", /axes from 1 to 2 or from −1 \(0 is the batch/],
  ["maximum(a) + b", /give maximum 2 values, not 1/],
  ["max(3, 1) + a + b", /take max of an input/],
  ["mean(a, -1) + b", /sizes that fit: 5 and 3 differ/],
  ["a[0] + b", /no entries of an input/],
  ["'x' + a + b", /numbers only/],
  [Array.from({ length: 400 }, () => "a").join("+") + "+b", /at most 300 operations/],
])("%s is refused with a reason", (text, reason) => {
  const formula = compileFormula(text, inputs);
  expect(formula.ok ? "" : formula.error).toMatch(reason);
});

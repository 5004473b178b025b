import { expect, test } from "vitest";
import { parseNumber } from "./parseNumber.ts";

test.each([
  ["3.5", ",", 3.5],
  ["-1e3", ",", -1000],
  [".5", ",", 0.5],
  ["3,5", ";", 3.5],
  ["3,5", ",", null],
  ["3.4e38", ",", 3.4e38],
  ["1e39", ",", null],
  ["-1e39", ";", null],
  ["Infinity", ",", null],
  ["nan", ",", null],
  ["0x10", ",", null],
  ["1,000.5", ";", null],
])("reads %j between %j as %j", (text, delimiter, value) => {
  expect(parseNumber(text, delimiter)).toBe(value);
});

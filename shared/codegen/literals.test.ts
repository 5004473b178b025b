import { execFileSync } from "node:child_process";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { pythonLiteral, quote, typescriptLiteral } from "./literals.ts";
import { findPlainPython } from "./python.testkit.ts";

const nasty = [
  "",
  '"',
  "'",
  "\\",
  '\\"',
  "`${1}`",
  "\r\n",
  "\u2028\u2029",
  "\u0000",
  "\ud800",
  "\u202e evil",
  "\ufeff",
  "</script>",
  "# coding: utf-7",
  "{x}%s",
  '"""',
  "*/",
  "🙂 ä 层",
];

const context = createContext({});
const evaluate = (source: string): unknown => runInContext(`"use strict"; (${source});`, context);

describe("quote", () => {
  test("reads back as the same text in JavaScript", () => {
    for (const text of nasty) expect(evaluate(quote(text))).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(evaluate(quote(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("leaves no line end, invisible or direction-changing character in the source", () => {
    for (const text of nasty)
      for (const character of quote(text)) {
        expect(character >= " ", text).toBe(true);
        expect("\u007f\u0085\u2028\u2029\u202e\ufeff", text).not.toContain(character);
      }
  });

  test.skipIf(findPlainPython() === null)("reads back as the same text in Python", () => {
    const texts = nasty.filter((text) => text !== "\ud800");
    const program =
      "import ast, json, sys; print(json.dumps([ast.literal_eval(s) for s in json.load(sys.stdin)]))";
    const output = execFileSync("python3", ["-c", program], {
      input: JSON.stringify(texts.map(quote)),
      encoding: "utf8",
    });
    expect(JSON.parse(output)).toEqual(texts);
  });
});

test.each<[JsonValue, string, string]>([
  [null, "null", "None"],
  [true, "true", "True"],
  [-0, "0", "0"],
  [1e-7, "1e-7", "1e-7"],
  [0.1, "0.1", "0.1"],
  [[], "[]", "()"],
  [[3], "[3]", "(3,)"],
  [[null, 3], "[null, 3]", "(None, 3)"],
  [
    [
      [1, 1],
      [2, 2],
    ],
    "[[1, 1], [2, 2]]",
    "((1, 1), (2, 2))",
  ],
  [{ a: 1, "b-c": "x" }, '{ a: 1, "b-c": "x" }', '{"a": 1, "b-c": "x"}'],
])("%j", (value, typescript, python) => {
  expect(typescriptLiteral(value)).toBe(typescript);
  expect(pythonLiteral(value)).toBe(python);
});

test("a key that would set a prototype is quoted and stays a key", () => {
  const value: JsonValue = JSON.parse('{"__proto__": 1}');
  expect(typescriptLiteral(value)).toBe('{ "__proto__": 1 }');
});

test("numbers without a literal are refused", () => {
  expect(() => typescriptLiteral(Number.NaN)).toThrow();
  expect(() => pythonLiteral(Number.POSITIVE_INFINITY)).toThrow();
});

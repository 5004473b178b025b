import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { evaluateExpression } from "./evaluateExpression.ts";
import { findNameFault, maxExpressionLength } from "./expression.ts";
import { expressionFunctions } from "./functions.ts";
import { listNamePlaces, listNames } from "./listNames.ts";
import { parseExpression } from "./parseExpression.ts";
import { listNamesIn, readExpressionText, resolveParams } from "./resolveParams.ts";

const environment = new Map<string, JsonValue>([
  ["filters", 16],
  ["sizes", [64, 128, 256]],
  ["index", 1],
  ["name", "relu"],
  ["isLast", false],
]);

function evaluate(text: string): JsonValue | string {
  const parsed = parseExpression(text);
  const value = parsed.ok ? evaluateExpression(parsed.value, environment) : parsed;
  return value.ok ? value.value : value.error.message;
}

describe("evaluateExpression", () => {
  // The numbers were worked out by Python 3 where Python knows the syntax.
  it.each<[string, JsonValue]>([
    ["filters * 4", 64],
    ["1 + 2 * 3 - 4 / 8", 6.5],
    ["(1 + 2) * 3", 9],
    ["-2 ** 2", -4],
    ["2 ** 3 ** 2", 512],
    ["2 ** -1", 0.5],
    ["--3", 3],
    ["7 // 2", 3],
    ["-7 // 2", -4],
    ["-7 % 3", 2],
    ["7 % -3", -2],
    ["7.5 % 2", 1.5],
    ["8 / 2 / 2", 2],
    ["10 - 3 - 2", 5],
    [".5 + 1. + 1e2", 101.5],
    ["1 < 2 and not 3 == 4", true],
    ["not true or true", true],
    ["true or 1 / 0", true],
    ["'same' == 'same'", true],
    ["\"a\" + 'b'", "ab"],
    ["[1, 2] + [3]", [1, 2, 3]],
    ["[filters, [index]] != [16, [1]]", false],
    ["isLast ? 1 : index > 0 ? 2 : 3", 2],
    ["false ? 1 / 0 : null", null],
    ["sizes[index]", 128],
    ["sizes[-1]", 256],
    ["[[1, 2], [3]][0][1]", 2],
    ["min(3, filters, 5)", 3],
    ["max(sizes)", 256],
    ["floor(2.7) + ceil(2.1) + round(2.5) + trunc(-2.7)", 6],
    ["abs(-3) + sqrt(16) + log2(8) + log10(1000)", 13],
    ["exp(0) + log(1)", 1],
    ["len(sizes) + len('four') + len([])", 7],
    ["sum(1, 2) + product(sizes[0], 2) + sum([])", 131],
    ["repeat(0, 3)", [0, 0, 0]],
    ["max(8, (filters * 35 // 10 + 4) // 8 * 8)", 56],
    ["0 * -1", 0],
  ])("%s is %j", (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it.each([
    ["", "The expression is empty."],
    ["1 +", "Column 4: a value is missing at the end."],
    ["(1 + 2", "Column 1: “(” is never closed, “)” is missing."],
    ["max(1, 2", "Column 4: “(” is never closed, “)” is missing."],
    ["[1, 2)", "Column 6: “]” is missing before “)”."],
    ["[1, ]", "Column 5: a value is missing before “]”."],
    ["1 2", "Column 3: “2” is not expected here."],
    ["a ? 1", "Column 6: “:” is missing, as in “condition ? a : b”."],
    ["1 < 2 < 3", "Column 7: comparisons can't be chained, write “a < b and b < c”."],
    ["a && b", "Column 3: “&&” is not understood (write “and”)."],
    ["a = 1", "Column 3: “=” is not understood (to compare, write “==”)."],
    ["2 ^ 3", "Column 3: “^” is not understood (a power is “**”)."],
    ["a.b", "Column 2: “.” is not understood (names have no parts here)."],
    ["😀", "Column 1: “😀” is not understood."],
    ["2x", "Column 1: “2x” is not a number."],
    ["'open", "Column 1: the text has no closing '."],
    ["1 / 0", "Column 3: this divides by 0."],
    ["sqrt(-1)", "Column 1: the result is no real number."],
    ["10 ** 999", "Column 4: the result is too large."],
    ["Filters * 2", "Column 1: nothing is called “Filters” (did you mean “filters”?)."],
    ["max", "Column 1: “max” is a function, write “max(…)”."],
    ["maximum(1)", "Column 1: there is no function “maximum”; there are min, max, floor"],
    ["len(1, 2)", "Column 1: len is used as len(list), got 2 values."],
    ["max('a')", "Column 1: max needs numbers, got a text."],
    ["min([])", "Column 1: min needs at least one number, got an empty list."],
    ["name * 2", "Column 6: “*” needs numbers, got a text and a number."],
    ["filters and true", "Column 1: true or false is needed before “and”, got a number"],
    ["sizes[3]", "Column 7: the list's places are 0 to 2, got 3."],
    ["filters[0]", "Column 8: a list is needed before “[”, got a number."],
    ["repeat(0, 1e9)", "Column 1: repeat needs a count from 0 to 10000."],
    ["repeat(repeat(0, 5000), 5000)", "Column 1: the result has more than 10000 entries."],
    [`${"(".repeat(100)}1${")".repeat(100)}`, "it is nested more than 64 levels deep"],
    [`[${"repeat(0, 9999) == repeat(0, 9999), ".repeat(9)}1]`, "goes through too many long lists"],
    ["1+".repeat(2000), "The expression has 4000 characters; the limit is 2000."],
  ])("%s says what is wrong and where", (text, message) => {
    expect(evaluate(text)).toContain(message);
  });

  it("says which name it misses", () => {
    const parsed = parseExpression("1 + widht");
    const value = parsed.ok ? evaluateExpression(parsed.value, environment) : parsed;
    expect(value).toMatchObject({ error: { unknownName: "widht", offset: 4, length: 5 } });
  });

  it("reads the longest chain", () => {
    const text = `1${"+1".repeat(maxExpressionLength / 2 - 1)}`;
    expect(evaluate(text)).toBe(maxExpressionLength / 2);
    expect(evaluate(`${"-".repeat(60)}1`)).toBe(1);
  });

  const words = fc.constantFrom(
    ..."1 2.5 filters sizes 't' true not and or ( ) [ ] + - * / // % ** == < ? : ,".split(" "),
    ...expressionFunctions.map((entry) => `${entry.name}(`),
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(words, { maxLength: 25 }).map((parts) => parts.join(" ")),
  );

  it("never throws, gives JSON or a reason within the text, and the same each time", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseExpression(text);
        const value = parsed.ok ? evaluateExpression(parsed.value, environment) : parsed;
        if (value.ok) {
          expect(JSON.parse(JSON.stringify(value.value))).toEqual(value.value);
        } else {
          expect(value.error.message).toMatch(/\S/);
          expect(value.error.offset).toBeGreaterThanOrEqual(0);
          expect(value.error.offset).toBeLessThanOrEqual(text.length);
        }
        if (!parsed.ok) return;
        expect(evaluateExpression(parsed.value, environment)).toEqual(value);
        for (const { name, at } of listNamePlaces(parsed.value)) {
          expect(text.slice(at, at + name.length)).toBe(name);
        }
      }),
      { numRuns: 2000 },
    );
  });

  interface Sum {
    readonly text: string;
    readonly value: number;
  }
  const sums = fc.letrec<{ sum: Sum; leaf: Sum }>((tie) => ({
    leaf: fc.oneof(
      fc.nat(99).map((value) => ({ text: String(value), value })),
      fc.constant({ text: "filters", value: 16 }),
    ),
    sum: fc.oneof(
      { maxDepth: 5 },
      tie("leaf"),
      fc
        .tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum"))
        .map(([left, operator, right]) => ({
          text: `(${left.text} ${operator} ${right.text})`,
          value:
            operator === "+"
              ? left.value + right.value
              : operator === "-"
                ? left.value - right.value
                : left.value * right.value,
        })),
    ),
  })).sum;

  it("agrees with JavaScript on sums in parentheses", () => {
    fc.assert(
      fc.property(sums, ({ text, value }) => {
        expect(evaluate(text)).toBe(value + 0);
      }),
    );
  });
});

describe("listNames", () => {
  it.each<[string, readonly string[]]>([
    ["max(b, a) + a[index] ? c : [d]", ["b", "a", "index", "c", "d"]],
    ["1 + len('a')", []],
  ])("finds the names of %s", (text, names) => {
    const parsed = parseExpression(text);
    expect(parsed.ok && listNames(parsed.value)).toEqual(names);
  });
});

describe("resolveParams", () => {
  it("works out expressions in lists and named configurations as well", () => {
    const params = {
      units: { $expr: "filters * 2" },
      kernelSize: [3, { $expr: "index" }],
      kernelInitializer: { name: "randomNormal", stddev: { $expr: "1 / filters" } },
      activation: "relu",
    };
    expect(resolveParams(params, environment)).toEqual({
      params: {
        units: 32,
        kernelSize: [3, 1],
        kernelInitializer: { name: "randomNormal", stddev: 0.0625 },
        activation: "relu",
      },
      unresolved: [],
    });
    expect(listNamesIn(params)).toEqual(["filters", "index"]);
  });

  it("gives back the very same options where there is nothing to work out", () => {
    const params = { units: 3, shape: [1, null], kernelInitializer: { name: "zeros" } };
    expect(resolveParams(params, environment).params).toBe(params);
  });

  it("leaves out what has no value and says why", () => {
    const params = { units: { $expr: "nobody" }, activation: { $expr: "name" }, rate: 0.5 };
    const resolved = resolveParams(params, environment);
    expect(resolved.params).toEqual({ activation: "relu", rate: 0.5 });
    expect(resolved.unresolved).toMatchObject([
      { param: "units", text: "nobody", issue: { unknownName: "nobody" } },
    ]);
  });

  it.each<[JsonValue, string | null]>([
    [{ $expr: "a" }, "a"],
    [{ $expr: 3 }, null],
    [{ $expr: "a", more: 1 }, null],
    ["a", null],
    [null, null],
  ])("takes %j for an expression: %j", (value, text) => {
    expect(readExpressionText(value)).toBe(text);
  });
});

describe("findNameFault", () => {
  it.each(["", "2a", "a b", "größe", "true", "index", "constructor", "__proto__"])(
    "refuses %j",
    (name) => expect(findNameFault(name)).toMatch(/^must/),
  );
  it.each(["imageSize", "_a1", "classes", "max"])("takes %j", (name) =>
    expect(findNameFault(name)).toBeNull(),
  );
});

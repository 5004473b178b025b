import { Script } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isIdentifier, makeIdentifier, makeIdentifiers } from "./identifiers.ts";
import { findPlainPython, parsePython } from "./python.testkit.ts";

const nasty = [
  "",
  " ",
  "\n\r\u2028\u2029",
  "*/ alert(1) //",
  '"""',
  "a; import os",
  "__proto__",
  "constructor",
  "class",
  "None",
  "lambda",
  "await",
  "tf",
  "keras",
  "np",
  "model",
  "buildModel",
  "3rd layer",
  "-1",
  "Größe (cm)",
  "层",
  "🙂🙂",
  "conv2d-3",
  "a".repeat(500),
  "_private_",
  "ﬁn",
  "x\u0000y",
];

describe("makeIdentifier", () => {
  test.each([
    ["Größe (cm)", "Grosse_cm"],
    ["3rd", "layer_3rd"],
    ["class", "class_1"],
    ["conv2d_1", "conv2d_1"],
    // A class of ours that scripts may contain.
    ["Maxout", "Maxout_1"],
    ["", "layer"],
    ["层", "layer"],
    ["a".repeat(500), "a".repeat(60)],
  ])("%j becomes %s", (text, name) => {
    expect(makeIdentifier(text)).toBe(name);
  });

  test("gives names that are safe in both languages, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 90 }), (text) => {
        expect(isIdentifier(makeIdentifier(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
    for (const text of nasty) expect(isIdentifier(makeIdentifier(text)), text).toBe(true);
  });

  test("leaves alone what is an identifier already", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,12}_[0-9]{1,3}$/), (text) => {
        fc.pre(isIdentifier(text));
        expect(makeIdentifier(text)).toBe(text);
      }),
    );
  });
});

describe("makeIdentifiers", () => {
  test("gives no name twice, also where capitals don't count", () => {
    const names = makeIdentifiers([...nasty, "Dense", "dense", "dense 2", "dense_2", "dense"]);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(names.slice(-5)).toEqual(["Dense", "dense_2", "dense_2_2", "dense_2_3", "dense_3"]);
  });

  test.skipIf(findPlainPython() === null)("assigns in Python and in strict JavaScript", () => {
    const names = makeIdentifiers(nasty);
    const [python] = parsePython("python3", [names.map((name) => `${name} = 1`).join("\n")]);
    expect(python).toBeNull();
    // Compiled, never run.
    const source = `"use strict"; ${names.map((name) => `const ${name} = 1;`).join(" ")}`;
    expect(() => new Script(source)).not.toThrow();
  });
});

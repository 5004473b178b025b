import { describe, expect, it } from "vitest";
import type { IntParam } from "#shared/layers/params.ts";
import { makeGraph } from "../editor.testkit.ts";
import {
  buildParamEdit,
  describeRange,
  findValueFault,
  formatIntList,
  readIntList,
} from "./paramEdits.ts";
import { findSharedSpecs } from "./sharedSpecs.ts";

const units: IntParam = { kind: "int", default: 32, min: 1, label: "Units", help: "" };

describe("readIntList", () => {
  const cases: readonly [string, readonly (number | null)[] | null][] = [
    ["28, 28, 1", [28, 28, 1]],
    ["28 × 28 × 1", [28, 28, 1]],
    ["28x28x1", [28, 28, 1]],
    ["(None, 8)", [null, 8]],
    ["? 8", [null, 8]],
    ["", []],
    ["[4]", [4]],
    ["a, b", null],
    ["1.5", null],
  ];
  it.each(cases)("reads “%s” as %j", (text, values) => {
    expect(readIntList(text)).toEqual(values);
  });

  it("reads back what it writes", () => {
    expect(readIntList(formatIntList([null, 28, 1]))).toEqual([null, 28, 1]);
  });
});

describe("buildParamEdit", () => {
  const nodes = Object.values(makeGraph({ a: ["dense", 0, 0], b: ["dense", 0, 90] }).nodes);

  it("stores a value, and forgets it again when it is the default", () => {
    const [node] = nodes;
    const single = node === undefined ? [] : [node];
    expect(buildParamEdit(single, { name: "units", spec: units, value: 64 })).toEqual({
      kind: "setParams",
      node: "a",
      params: { units: 64 },
    });
    expect(buildParamEdit(single, { name: "units", spec: units, value: 32 }).kind).toBe(
      "resetParams",
    );
  });

  it("sets several layers in one step", () => {
    const edit = buildParamEdit(nodes, { name: "units", spec: units, value: 64 });
    expect(edit.kind === "batch" && edit.edits).toHaveLength(2);
  });
});

describe("what the form says", () => {
  it("names the range and the default", () => {
    expect(describeRange(units)).toBe("Whole number, 1 or more. Default 32.");
  });

  it("says why a value can't be taken", () => {
    expect(findValueFault(units, 0)).toBe("Units must be 1 or more, got 0.");
    expect(findValueFault(units, 8)).toBeNull();
  });
});

describe("findSharedSpecs", () => {
  it("keeps all options of one type and only like ones of several", () => {
    expect(Object.keys(findSharedSpecs(["dense", "dense"]))).toContain("units");
    const shared = Object.keys(findSharedSpecs(["dense", "conv2d"]));
    expect(shared).toContain("activation");
    expect(shared).not.toContain("units");
    expect(findSharedSpecs(["dense", "add"])).toEqual({});
  });
});

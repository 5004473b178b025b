import { describe, expect, it } from "vitest";
import { blockId, nodeId } from "#shared/base/ids.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { BlockDefinition, ProjectDocument } from "#shared/document/model.ts";
import { makeGraph } from "../editor.testkit.ts";
import { describeFormula, readEnvironment } from "../formulas.ts";
import { countInstances, listUsableBlocks } from "./blockUses.ts";
import { freeLibraryId, libraryIdOf } from "./blockFiles.ts";
import { describePath } from "./describePath.ts";
import {
  findParamNameFault,
  findVariableNameFault,
  removeParam,
  removeVariable,
  renameParam,
  renameVariable,
} from "./nameEdits.ts";
import { changeKind, changeLimit } from "./paramEdits.ts";

const filters = { name: "filters", kind: "int", default: 8, label: "", help: "", min: 1 } as const;
const unit: BlockDefinition = {
  id: blockId("unit"),
  name: "unit",
  summary: "",
  params: [filters],
  graph: makeGraph(
    {
      from: ["blockInput", 0, 0],
      conv: ["conv2d", 0, 90, { filters: { $expr: "filters * 4 + min(filters, filter)" } }],
      to: ["blockOutput", 0, 180],
    },
    ["from>conv", "conv>to"],
  ),
};
const stage: BlockDefinition = {
  ...unit,
  id: blockId("stage"),
  name: "stage",
  graph: makeGraph({
    inner: ["block:unit", 0, 0, { filters: { $expr: "filters * 2" }, repeat: 3 }],
  }),
};
const document: ProjectDocument = {
  ...createProject("test"),
  variables: [{ name: "width", value: 4 }],
  blocks: { [unit.id]: unit, [stage.id]: stage },
  graph: makeGraph({
    a: ["block:stage", 0, 0, { filters: { $expr: "width" } }],
    b: ["block:unit", 0, 0, { filters: 5 }],
  }),
};

function applied(edit: Parameters<typeof applyEdit>[1]): ProjectDocument {
  const result = applyEdit(document, edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("the values that formulas may use", () => {
  const cases: readonly [string, readonly string[], Readonly<Record<string, unknown>>][] = [
    ["in the model", [], { width: 4 }],
    ["in a block, with what the instance gives it", ["a"], { width: 4, filters: 4, index: 0 }],
    ["in a block within", ["a", "inner"], { width: 4, filters: 8, index: 0 }],
  ];
  it.each(cases)("%s", (_where, scope, values) => {
    expect(Object.fromEntries(readEnvironment(document, scope.map(nodeId)))).toEqual(values);
  });

  it("are shown, or said to be missing", () => {
    const environment = readEnvironment(document, [nodeId("a")]);
    expect(describeFormula({ $expr: "filters * 4" }, environment)).toEqual({
      text: "16",
      isFault: false,
    });
    expect(describeFormula({ $expr: "filter * 4" }, environment).text).toContain("filter");
  });
});

describe("a parameter of a block", () => {
  it("is renamed in the block, in formulas inside, and at every instance", () => {
    const renamed = applied(renameParam(document, unit, { from: "filters", to: "maps" }));
    const block = renamed.blocks[unit.id];
    expect(block?.params.map(({ name }) => name)).toEqual(["maps"]);
    expect(block?.graph.nodes[nodeId("conv")]?.params["filters"]).toEqual({
      $expr: "maps * 4 + min(maps, filter)",
    });
    expect(renamed.graph.nodes[nodeId("b")]?.params).toEqual({ maps: 5 });
    expect(renamed.blocks[stage.id]?.graph.nodes[nodeId("inner")]?.params).toEqual({
      maps: { $expr: "filters * 2" },
      repeat: 3,
    });
  });

  it("is removed with its default in the formulas inside, and where instances set it", () => {
    const { edit, formulas } = removeParam(document, unit, "filters");
    const removed = applied(edit);
    expect(formulas).toBe(1);
    expect(removed.blocks[unit.id]?.params).toEqual([]);
    expect(removed.blocks[unit.id]?.graph.nodes[nodeId("conv")]?.params["filters"]).toEqual({
      $expr: "8 * 4 + min(8, filter)",
    });
    expect(removed.graph.nodes[nodeId("b")]?.params).toEqual({});
    expect(removed.blocks[stage.id]?.graph.nodes[nodeId("inner")]?.params).toEqual({ repeat: 3 });
  });

  it("is not called as a variable that formulas beside it use", () => {
    const variables = [{ name: "filter", value: 2 }];
    const names = { from: "filters", to: "filter" };
    expect(findParamNameFault({ variables }, unit, names)).toMatch(/would mean the parameter/);
    expect(findParamNameFault({ variables: [] }, unit, names)).toBeNull();
  });

  const names: readonly [string, RegExp | null][] = [
    ["maps", null],
    ["filters", /already/],
    ["repeat", /Every block/],
    ["2nd", /letter/],
  ];
  it.each(names)("may be called %s or not: %s", (name, fault) => {
    const found = findParamNameFault(document, unit, { from: "", to: name });
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
  });

  it("takes a default that fits its new kind, and loses limits that don't apply", () => {
    expect(changeKind(filters, "bool")).toEqual({
      name: "filters",
      kind: "bool",
      label: "",
      help: "",
      default: false,
    });
    expect(changeKind(filters, "intList").default).toEqual([8]);
  });

  it("has its limit taken away and not just emptied", () => {
    const changed = applied(changeLimit(unit, "filters", { key: "min", value: null }));
    expect(Object.keys(changed.blocks[unit.id]?.params[0] ?? {})).not.toContain("min");
  });
});

describe("a variable of the project", () => {
  const wide: BlockDefinition = {
    ...unit,
    id: blockId("wide"),
    params: [{ ...filters, default: { $expr: "width" } }],
    graph: makeGraph({ dense: ["dense", 0, 0, { units: { $expr: "width + filters" } }] }),
  };
  const used: ProjectDocument = {
    ...document,
    variables: [
      { name: "width", value: { $expr: "base * 2" } },
      { name: "base", value: 4 },
      { name: "more", value: { $expr: "width + 1" } },
    ],
    blocks: { ...document.blocks, [wide.id]: wide },
  };
  const after = (edit: Parameters<typeof applyEdit>[1]) => {
    const result = applyEdit(used, edit);
    if (!result.ok) throw new Error(result.error.message);
    const { graph, blocks, variables } = result.value;
    const inside = blocks[wide.id];
    return {
      main: graph.nodes[nodeId("a")]?.params["filters"],
      dense: inside?.graph.nodes[nodeId("dense")]?.params["units"],
      byDefault: inside?.params[0]?.default,
      more: variables.find(({ name }) => name === "more")?.value,
    };
  };

  it("is renamed in formulas everywhere", () => {
    expect(after(renameVariable(used, { from: "width", to: "size" }))).toEqual({
      main: { $expr: "size" },
      dense: { $expr: "size + filters" },
      byDefault: { $expr: "size" },
      more: { $expr: "size + 1" },
    });
  });

  it("is removed with its value in its place", () => {
    const { edit, formulas } = removeVariable(used, "width");
    expect(formulas).toBe(4);
    expect(after(edit)).toEqual({
      main: { $expr: "base * 2" },
      dense: { $expr: "(base * 2) + filters" },
      byDefault: { $expr: "base * 2" },
      more: { $expr: "(base * 2) + 1" },
    });
  });

  it("is not called as a parameter that would stand before it", () => {
    const fault = (to: string) => findVariableNameFault(used, { from: "width", to });
    expect(fault("filters")).toMatch(/parameter filters/);
    expect(fault("base")).toMatch(/already/);
    expect(fault("1st")).toMatch(/letter/);
    expect(fault("size")).toBeNull();
  });
});

describe("blocks in a project", () => {
  it("are counted in all graphs", () => {
    expect(countInstances(document, unit.id)).toBe(2);
    expect(countInstances(document, stage.id)).toBe(1);
  });

  it("are offered only where they don't come to contain themselves", () => {
    const offered = (inside: BlockDefinition | null) =>
      listUsableBlocks(document, inside).map(({ name }) => name);
    expect(offered(null)).toEqual(["unit", "stage"]);
    expect(offered(stage)).toEqual(["unit"]);
    expect(offered(unit)).toEqual([]);
  });

  it("name the way to a layer in them, copies by number", () => {
    expect(describePath(document, nodeId("a/inner#2/conv"))).toBe("a › inner (2) › conv");
  });

  it("get ids that file names can have", () => {
    expect(libraryIdOf("Residual unit (v2)")).toBe("residual-unit-v2");
    expect(libraryIdOf("…")).toBe("block");
    expect(freeLibraryId("Stage", new Set(["block"]))).toBe("stage");
    expect(freeLibraryId("残差", new Set(["block", "block-2"]))).toBe("block-3");
  });
});

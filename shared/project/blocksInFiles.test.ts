import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { projectId } from "../base/ids.ts";
import { richDocument } from "../document/blocks.testkit.ts";
import { type ProjectIssue, parseProject } from "./parseProject.ts";
import { serializeProject } from "./serializeProject.ts";

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), "utf8");
const rich = { ...richDocument, id: projectId("project-rich") };
const good = serializeProject(rich);

describe("a project with blocks", () => {
  it("comes back from its text as it was, in the same order", () => {
    const parsed = parseProject(good);
    expect(parsed).toEqual({ ok: true, value: rich });
    if (parsed.ok) expect(serializeProject(parsed.value)).toBe(good);
    expect(good).toContain('"filters": { "$expr": "filters * 2" }');
    expect(good).toContain(
      '{ "id": "side", "source": "body", "target": "twin", "slot": 0, "port": 1 }',
    );
  });

  it("is written the same whatever the order of a parameter's fields", () => {
    const block = Object.values(rich.blocks)[0];
    if (block === undefined) throw new Error("no block");
    const params = block.params.map(({ name, ...rest }) => ({ ...rest, name }));
    const turned = { ...rich, blocks: { ...rich.blocks, [block.id]: { ...block, params } } };
    expect(serializeProject(turned)).toBe(good);
  });

  function replace(from: string | RegExp, to: string): string {
    const changed = good.replace(from, to);
    if (changed === good) throw new Error(`nothing to replace: ${String(from)}`);
    return changed;
  }
  it.each<[string, string, Partial<ProjectIssue>]>([
    [
      "a block that contains itself",
      replace('"type": "conv2d"', '"type": "block:unit"'),
      { path: "blocks[0]", message: expect.stringContaining("contains itself") },
    ],
    [
      "blocks that contain each other",
      replace('"type": "conv2d"', '"type": "block:stage"'),
      { message: expect.stringContaining("contains itself") },
    ],
    [
      "two blocks with one id",
      replace('"id": "stage"', '"id": "unit"'),
      { path: "blocks[1].id", message: expect.stringContaining("twice") },
    ],
    [
      "a wire to nothing in a block",
      replace('"source": "conv", "target": "y"', '"source": "conv", "target": "z"'),
      { path: "blocks[0].edges[1].target" },
    ],
    [
      "a layer that shares the weights of none",
      replace('"shares": "flat"', '"shares": "gone"'),
      { path: "models.main.nodes[5].shares" },
    ],
    [
      "a layer that shares its own weights",
      replace('"shares": "flat"', '"shares": "twin"'),
      { path: "models.main.nodes[5].shares" },
    ],
    [
      "an input in a block",
      replace('"type": "blockInput"', '"type": "input"'),
      { path: "blocks[0].nodes[0].type" },
    ],
    [
      "a port in the main graph",
      replace('"type": "output"', '"type": "blockOutput"'),
      { path: "models.main.nodes[7].type" },
    ],
    [
      "a parameter with a default of another kind",
      replace('"default": 8', '"default": "8"'),
      { path: "blocks[0].params[0].default" },
    ],
    [
      "a parameter called repeat",
      replace('"name": "width"', '"name": "repeat"'),
      { path: "blocks[1].params[0].name" },
    ],
    [
      "a variable that is no identifier",
      replace('"name": "sizes"', '"name": "my sizes"'),
      { path: "variables[1].name" },
    ],
    [
      "two variables with one name",
      replace('"name": "sizes"', '"name": "imageSize"'),
      { path: "variables[1].name" },
    ],
    [
      "a variable that is a group of options",
      replace('"value": 32', '"value": { "a": 1 }'),
      { path: "variables[0].value" },
    ],
    ["a colour of nobody", replace('"green"', '"pink"'), { path: "models.main.frames[0].colour" }],
    ["an unmuted mark", replace('"isMuted": true', '"isMuted": false'), {}],
    ["port 0, which goes without saying", replace('"port": 1', '"port": 0'), {}],
  ])("refuses %s and says where", (_title, text, issue) => {
    const parsed = parseProject(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error[0]).toMatchObject({ code: "bad-value", ...issue });
  });

  it.each([
    ["instances of blocks that are gone", replace('"type": "block:unit"', '"type": "block:gone"')],
    ["expressions that can't be read", replace("filters * 2", "filters *")],
    ["layers that it doesn't know", replace('"type": "conv2d"', '"type": "hyperCube"')],
    ["wires to ports that aren't there", replace('"slot": 0, "port": 1', '"slot": 9, "port": 7')],
  ])("keeps %s", (_title, text) => {
    const parsed = parseProject(text);
    expect(parsed.ok).toBe(true);
    if (parsed.ok) expect(serializeProject(parsed.value)).toBe(text);
  });
});

const trimComma = (line: string) => line.replace(/,$/, "");

describe("old files", () => {
  it("of version 1 are read, and nothing of them is lost", () => {
    const text = fixture("version-1.netloom");
    const parsed = parseProject(text);
    if (!parsed.ok) throw new Error(parsed.error[0]?.message);
    const { graph, ...rest } = parsed.value;
    expect(rest).toMatchObject({ blocks: {}, variables: [], name: "Two inputs" });
    expect(graph.frames).toEqual({});
    expect(Object.values(graph.notes)).toHaveLength(1);
    const present = new Set(serializeProject(parsed.value).split("\n").map(trimComma));
    const before = text.replace('"version": 1', '"version": 3').split("\n").map(trimComma);
    const lost = before.filter((line) => !present.has(line) && !/^ +\]$/.test(line));
    expect(lost).toEqual([]);
  });

  it.each(["version-2.netloom", "version-2-rmsprop.netloom"])(
    "of version 2 train as they did: %s",
    (name) => {
      const text = fixture(name);
      const parsed = parseProject(text);
      if (!parsed.ok) throw new Error(parsed.error[0]?.message);
      const { optimizer, ...training } = parsed.value.training;
      expect(training).toMatchObject({
        schedule: { kind: "constant" },
        clipping: null,
        accumulation: 1,
        batching: "mini-batch",
      });
      expect(optimizer.weightDecay).toBe(0);
      // But for the new settings, the file stays line by line what it was.
      const present = new Set(serializeProject(parsed.value).split("\n").map(trimComma));
      const before = text.replace('"version": 2', '"version": 3').split("\n").map(trimComma);
      expect(before.filter((line) => !present.has(line))).toEqual([]);
    },
  );

  it("of version 3 from before there was a choice of precision train in 32 bits", () => {
    const text = fixture("version-3.netloom");
    const before = text.replace(/,\s*"precision": "float32"/, "");
    expect(before.length).toBeLessThan(text.length);
    const parsed = parseProject(before);
    if (!parsed.ok) throw new Error(parsed.error[0]?.message);
    expect(parsed.value.training.precision).toBe("float32");
    expect(serializeProject(parsed.value)).toBe(text);
  });

  it("of version 3 are read, and written as they were", () => {
    const text = fixture("version-3.netloom");
    const parsed = parseProject(text);
    if (!parsed.ok) throw new Error(parsed.error[0]?.message);
    expect(serializeProject(parsed.value)).toBe(text);
  });
});

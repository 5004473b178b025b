import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeHost } from "./host.testkit.ts";

const block = { name: "residual unit", summary: "Two convolutions and a skip.", text: "{}" };

describe("the block library", () => {
  it("survives a restart, is listed by name, and entries can be removed", async () => {
    const fixture = await makeHost();
    expect((await fixture.send("PUT", "/blocks/residual-unit", block)).status).toBe(200);
    await fixture.send("PUT", "/blocks/dense-unit", { ...block, name: "dense unit" });
    const again = await fixture.restart();
    expect((await again.send("GET", "/blocks")).body).toMatchObject([
      { id: "dense-unit", name: "dense unit" },
      { id: "residual-unit", summary: block.summary },
    ]);
    expect((await again.send("GET", "/blocks/residual-unit")).body).toEqual({ text: "{}" });
    await again.send("DELETE", "/blocks/residual-unit");
    expect((await again.send("GET", "/blocks/residual-unit")).status).toBe(404);
  });

  it("names damaged files, passes over others, and goes by the names that files have now", async () => {
    const { send, data } = await makeHost();
    await send("PUT", "/blocks/residual-unit", block);
    const folder = path.join(data, "blocks");
    await copyFile(path.join(folder, "residual-unit.json"), path.join(folder, "copy.json"));
    await writeFile(path.join(folder, "broken.json"), "{ not json");
    await writeFile(path.join(folder, "Other.json"), '{"name": 3}');
    await writeFile(path.join(folder, "notes.txt"), "mine");
    expect((await send("GET", "/blocks")).body).toMatchObject([
      { id: "broken", name: "broken.json (damaged)" },
      { id: "copy", name: "residual unit" },
      { id: "residual-unit", name: "residual unit" },
    ]);
    expect((await send("GET", "/blocks/broken")).body).toMatchObject({
      message: expect.stringContaining("broken.json in"),
    });
    await send("DELETE", "/blocks/broken");
    await send("DELETE", "/blocks/residual-unit");
    expect((await send("GET", "/blocks")).body).toMatchObject([{ id: "copy" }]);
  });

  it.each(["..%2fhandles", "Big", "-x", "a".repeat(81)])("refuses the id %s", async (id) => {
    const { send } = await makeHost();
    expect((await send("PUT", `/blocks/${id}`, block)).status).toBe(400);
    expect((await send("GET", `/blocks/${id}`)).status).toBe(400);
  });
});

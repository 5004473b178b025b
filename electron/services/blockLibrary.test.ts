import { writeFile } from "node:fs/promises";
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

  it("passes over files that are no entries", async () => {
    const { send, data } = await makeHost();
    await writeFile(path.join(data, "blocks", "broken.json"), "{ not json");
    await writeFile(path.join(data, "blocks", "other.json"), '{"name": 3}');
    expect((await send("GET", "/blocks")).body).toEqual([]);
  });

  it.each(["..%2fhandles", "Big", "-x", "a".repeat(81)])("refuses the id %s", async (id) => {
    const { send } = await makeHost();
    expect((await send("PUT", `/blocks/${id}`, block)).status).toBe(400);
    expect((await send("GET", `/blocks/${id}`)).status).toBe(400);
  });
});

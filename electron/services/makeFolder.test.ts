import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "./makeFolder.ts";

describe("makeFolder", () => {
  it("makes a folder and those around it, again and at once", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "netloom-folder-"));
    const deep = path.join(root, "a", "b", "c");
    await Promise.all([makeFolder(deep), makeFolder(deep)]);
    await makeFolder(deep);
    expect((await stat(deep)).isDirectory()).toBe(true);
    await writeFile(path.join(root, "file"), "");
    await expect(makeFolder(path.join(root, "file"))).rejects.toThrow(/EEXIST/);
    await expect(makeFolder(path.join(root, "file", "in"))).rejects.toThrow(/EEXIST|ENOTDIR/);
    await rm(root, { recursive: true });
  });

  it.skipIf(process.platform !== "linux")("says where none can be made", async () => {
    await expect(makeFolder("/proc/none/deeper")).rejects.toThrow(/ENOENT|EACCES/);
  });
});

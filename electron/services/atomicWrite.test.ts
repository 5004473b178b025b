import { spawn } from "node:child_process";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { transformWithOxc } from "vite";
import { atomicWrite, writeFully } from "./atomicWrite.ts";

const killCount = 20;
const contentBytes = 4 * 2 ** 20;

async function makeFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), "netloom-write-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("a file written atomically", () => {
  it(`holds one whole content after each of ${killCount} kills`, { timeout: 240_000 }, async () => {
    const folder = await makeFolder();
    const writer = await compileWriter(folder);
    const target = path.join(folder, "project.netloom");
    let killedWhileWriting = 0;
    for (let kill = 0; kill < killCount; kill++) {
      await runAndKill(writer, target, 5 + ((kill * 7) % 40));
      const bytes = await readFile(target);
      expect(bytes.byteLength).toBe(contentBytes);
      expect(bytes.equals(Buffer.alloc(contentBytes, bytes[0]))).toBe(true);
      const left = (await readdir(folder)).filter((name) => name.endsWith("-tmp"));
      killedWhileWriting += left.length;
      // The next write clears up; at most the one just killed is there.
      expect(left.length).toBeLessThanOrEqual(1);
    }
    // Otherwise the test has shown nothing.
    expect(killedWhileWriting).toBeGreaterThan(killCount / 4);
  });

  it("is written whole although the disk takes a few bytes at a time", async () => {
    const file = path.join(await makeFolder(), "a");
    const content = new Uint8Array(1000).map((_, index) => index % 256);
    await atomicWrite(file, content, {
      openForWriting: async (place, flags, mode) => {
        const handle = await open(place, flags, mode);
        const write = handle.write.bind(handle);
        return Object.assign(handle, {
          write: (bytes: Uint8Array, offset: number, length: number) =>
            write(bytes, offset, Math.min(length, 7)),
        });
      },
    });
    expect(new Uint8Array(await readFile(file))).toEqual(content);
  });

  it("fails when the disk takes no bytes at all, instead of trying for ever", async () => {
    const stuck = { write: async () => ({ bytesWritten: 0, buffer: new Uint8Array() }) };
    // Only `write` is called; its overloads are not reproduced here.
    const handle = stuck as unknown as Parameters<typeof writeFully>[0];
    await expect(writeFully(handle, new Uint8Array(3))).rejects.toMatchObject({ code: "ENOSPC" });
  });

  it.each(["write", "sync", "close"] as const)(
    "keeps its old content and leaves nothing behind when %s fails",
    async (failing) => {
      const folder = await makeFolder();
      const file = path.join(folder, "a");
      await writeFile(file, "old");
      const written = atomicWrite(file, "new", {
        openForWriting: async (place, flags, mode) => {
          const handle = await open(place, flags, mode);
          const close = handle.close.bind(handle);
          return Object.assign(handle, {
            [failing]: async () => {
              await close();
              throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
            },
          });
        },
      });
      await expect(written).rejects.toMatchObject({ code: "ENOSPC" });
      expect(await readFile(file, "utf8")).toBe("old");
      expect(await readdir(folder)).toEqual(["a"]);
    },
  );

  it("keeps its old content when its source breaks off", async () => {
    const folder = await makeFolder();
    const file = path.join(folder, "a");
    await writeFile(file, "old");
    async function* breaking() {
      yield new Uint8Array([1]);
      throw new Error("the page went away");
    }
    await expect(atomicWrite(file, breaking())).rejects.toThrow("went away");
    expect(await readFile(file, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });
});

/** The module as JavaScript with a loop that writes one byte value after another over a file, for ever. */
async function compileWriter(folder: string): Promise<string> {
  const source = fileURLToPath(new URL("./atomicWrite.ts", import.meta.url));
  const { code } = await transformWithOxc(await readFile(source, "utf8"), source);
  const script = path.join(folder, "writer.mjs");
  const loop = `
    await atomicWrite(process.argv[2], new Uint8Array(${contentBytes}).fill(0));
    process.stdout.write("ready");
    for (let value = 1; ; value++) {
      await atomicWrite(process.argv[2], new Uint8Array(${contentBytes}).fill(value % 256));
    }`;
  await writeFile(script, code + loop);
  return script;
}

async function runAndKill(script: string, target: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [script, target], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill("SIGKILL");
  await ended;
}

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeFullDisk, makeHost, readField } from "./host.testkit.ts";

const digits = new TextEncoder().encode("0123456789");

async function makeFile() {
  const fixture = await makeHost();
  await writeFile(path.join(fixture.home, "digits.csv"), digits);
  const handle = await fixture.choose(path.join(fixture.home, "digits.csv"), "data");
  const get = (headers: Record<string, string> = {}, method = "GET") =>
    fixture.raw(method, `/api/data/${handle}/files/digits.csv`, { headers });
  return { ...fixture, handle, get };
}

describe("reading a chosen file", () => {
  it.each([
    [{}, 200, "0123456789", null],
    [{ range: "bytes=0-3" }, 206, "0123", "bytes 0-3/10"],
    [{ range: "bytes=7-" }, 206, "789", "bytes 7-9/10"],
    [{ range: "bytes=-2" }, 206, "89", "bytes 8-9/10"],
    [{ range: "bytes=5-99" }, 206, "56789", "bytes 5-9/10"],
    [{ range: "bytes=10-" }, 416, "", "bytes */10"],
    [{ range: "bytes=-0" }, 416, "", "bytes */10"],
    [{ range: "bytes=5-2" }, 200, "0123456789", null],
    [{ range: "bytes=0-1,3-4" }, 200, "0123456789", null],
    [{ range: "rows=0-1" }, 200, "0123456789", null],
    [{ range: "bytes=0-3", "if-range": '"other"' }, 200, "0123456789", null],
  ])("answers %j with status %i", async (headers, status, text, contentRange) => {
    const { get } = await makeFile();
    const response = await get(headers);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect(response.headers.get("content-range")).toBe(contentRange);
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    if (status < 300) {
      expect(response.headers.get("content-length")).toBe(String(text.length));
    }
  });

  it("tells the size without the bytes for HEAD", async () => {
    const { get } = await makeFile();
    const response = await get({}, "HEAD");
    expect(response.headers.get("content-length")).toBe("10");
    expect(await response.text()).toBe("");
  });

  it("never lets the bytes be taken for a page", async () => {
    const { get } = await makeFile();
    const { headers } = await get();
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("sandbox");
  });

  it("streams a file larger than its buffer and closes it when the reader goes away", async () => {
    const { get, home } = await makeFile();
    const big = new Uint8Array(3 * 2 ** 20).map((_, index) => index % 251);
    await writeFile(path.join(home, "digits.csv"), big);
    expect(Buffer.from(await (await get()).arrayBuffer()).equals(big)).toBe(true);
    const reader = (await get()).body?.getReader();
    expect((await reader?.read())?.value?.byteLength).toBeLessThan(big.byteLength);
    await reader?.cancel();
  });

  it("breaks off when the file became shorter, so that nobody takes the rest for complete", async () => {
    const { get, home } = await makeFile();
    const response = await get();
    await writeFile(path.join(home, "digits.csv"), "");
    await expect(response.text()).rejects.toThrow();
  });

  it("says that a file is gone", async () => {
    const { get, home, send, handle } = await makeFile();
    await rm(path.join(home, "digits.csv"));
    expect((await get()).status).toBe(404);
    expect(await send("GET", `/data/${handle}`)).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
  });

  it("gives only the chosen file, not its neighbours", async () => {
    const { home, handle, send } = await makeFile();
    await writeFile(path.join(home, "other.csv"), "x");
    expect((await send("GET", `/data/${handle}/files/other.csv`)).status).toBe(404);
    expect((await send("GET", `/data/${handle}`)).body).toMatchObject({
      kind: "file",
      files: [{ name: "digits.csv", size: 10 }],
    });
  });
});

describe("dropped files", () => {
  it("are copied into one folder that serves as data", async () => {
    const { send, raw, data } = await makeHost();
    const first = await send("POST", "/uploads/images.idx", digits);
    expect(first.body).toMatchObject({ kind: "folder", label: "images.idx" });
    const handle = readField(first.body, "handle");
    const second = await send("POST", `/uploads/labels%201.idx?into=${handle}`, digits);
    expect(second.body).toMatchObject({ handle, label: "images.idx and 1 more" });
    expect((await send("GET", `/data/${handle}`)).body).toMatchObject({
      files: [
        { name: "images.idx", size: 10 },
        { name: "labels 1.idx", size: 10 },
      ],
    });
    const bytes = await raw("GET", `/api/data/${handle}/files/labels%201.idx`);
    expect(await bytes.text()).toBe("0123456789");
    expect(readField(second.body, "location")).toBe(path.join(data, "uploads"));
  });

  it("leave nothing half-copied on a full disk", async () => {
    let isFull = false;
    const { send } = await makeHost({ openForWriting: makeFullDisk(() => isFull) });
    const first = await send("POST", "/uploads/a.csv", digits);
    isFull = true;
    const route = `/uploads/b.csv?into=${readField(first.body, "handle")}`;
    expect(await send("POST", route, digits)).toMatchObject({
      status: 507,
      body: { code: "disk-full" },
    });
    const { body } = await send("GET", `/data/${readField(first.body, "handle")}`);
    expect(body).toMatchObject({ files: [{ name: "a.csv" }] });
  });
});

describe("browsing", () => {
  it("starts at home, shows folders first and only what serves the purpose", async () => {
    const { home, send } = await makeHost();
    await mkdir(path.join(home, "zoo"));
    await mkdir(path.join(home, ".hidden"));
    for (const name of ["run 10.csv", "run 9.csv", "a.netloom"]) {
      await writeFile(path.join(home, name), "");
    }
    const list = async (purpose: string) => {
      const { body } = await send("POST", "/browse", { directory: null, purpose });
      if (typeof body !== "object" || body === null || !("entries" in body)) return null;
      return Array.isArray(body.entries)
        ? body.entries.map((entry) => readField(entry, "name"))
        : null;
    };
    expect(await list("data")).toEqual(["zoo", "a.netloom", "run 9.csv", "run 10.csv"]);
    expect(await list("open-project")).toEqual(["zoo", "a.netloom"]);
    expect(await list("export")).toEqual(["zoo"]);
  });

  it("walks into folders, back up, and chooses", async () => {
    const { home, send } = await makeHost();
    await mkdir(path.join(home, "mnist"));
    await writeFile(path.join(home, "mnist", "train.idx"), digits);
    const start = await send("POST", "/browse", { directory: null, purpose: "data" });
    expect(start.body).toMatchObject({ location: home, entries: [{ name: "mnist" }] });
    const inner = Object(start.body).entries[0].handle;
    const listing = await send("POST", "/browse", { directory: inner, purpose: "data" });
    expect(listing.body).toMatchObject({
      location: path.join(home, "mnist"),
      parent: readField(start.body, "directory"),
      entries: [{ name: "train.idx", kind: "file", size: 10, handle: null }],
    });
    const folder = await send("POST", "/choose", { directory: inner, name: null, purpose: "data" });
    expect(folder.body).toMatchObject({ label: "mnist", kind: "folder", location: home });
    const file = { directory: inner, name: "train.idx", purpose: "data" };
    expect((await send("POST", "/choose", file)).body).toMatchObject({
      label: "train.idx",
      kind: "file",
    });
    const gone = { directory: inner, name: "other.idx", purpose: "data" };
    expect((await send("POST", "/choose", gone)).status).toBe(404);
  });

  it("takes typed paths with ~ and gives one place one handle", async () => {
    const { home, send, choose } = await makeHost();
    await mkdir(path.join(home, "mnist"));
    const typed = await send("POST", "/choose-path", { path: "~/mnist/", purpose: "data" });
    const again = await choose(path.join(home, "mnist"), "data");
    expect(readField(typed.body, "handle")).toBe(again);
  });

  it("shows the folder whose path was typed", async () => {
    const { home, send, choose } = await makeHost();
    await mkdir(path.join(home, "mnist"));
    await writeFile(path.join(home, "mnist", "train.idx"), digits);
    for (const purpose of ["data", "export"] as const) {
      const directory = await choose(path.join(home, "mnist"), purpose);
      const listing = await send("POST", "/browse", { directory, purpose: "data" });
      expect(listing.body).toMatchObject({ entries: [{ name: "train.idx" }] });
    }
    const file = await choose(path.join(home, "mnist", "train.idx"), "data");
    const refused = await send("POST", "/browse", { directory: file, purpose: "data" });
    expect(refused.status).toBe(404);
  });
});

describe("an export", () => {
  it("makes a new folder with the files and never touches an existing one", async () => {
    const { home, choose, send } = await makeHost();
    const directory = await choose(home, "export");
    const made = await send("POST", "/exports", { directory, name: "digits model" });
    const handle = readField(made.body, "handle");
    expect(readField(made.body, "location")).toBe(path.join(home, "digits model"));
    expect((await send("PUT", `/exports/${handle}/files/model.json`, digits)).status).toBe(200);
    expect(await readFile(path.join(home, "digits model", "model.json"), "utf8")).toBe(
      "0123456789",
    );
    const again = await send("POST", "/exports", { directory, name: "digits model" });
    expect(again).toMatchObject({ status: 409, body: { code: "exists" } });
  });

  it("may go into the folder that is being looked at", async () => {
    const { home, send } = await makeHost();
    const { body } = await send("POST", "/browse", { directory: null, purpose: "export" });
    const request = { directory: readField(body, "directory"), name: "out" };
    expect((await send("POST", "/exports", request)).body).toMatchObject({
      location: path.join(home, "out"),
    });
  });
});

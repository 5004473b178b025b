import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeHost, readField, type HostFixture } from "./host.testkit.ts";

const traversals = [
  "..",
  ".",
  "../secret",
  "..%2fsecret",
  "%2e%2e%2fsecret",
  "%2e%2e%5csecret",
  "..\\secret",
  "/etc/passwd",
  "%2fetc%2fpasswd",
  "x%00.csv",
  "%00",
  "%E0%80%AE",
  "a%2f..%2f..%2fsecret",
];

/** A chosen data folder with `rows.csv`, beside a file `secret` that was not chosen. */
async function makeChosenFolder(fixture: HostFixture) {
  const folder = path.join(fixture.home, "chosen");
  await mkdir(folder);
  await writeFile(path.join(folder, "rows.csv"), "a,b\n");
  await writeFile(path.join(fixture.home, "secret"), "TOP-SECRET");
  return { folder, handle: await fixture.choose(folder, "data") };
}

describe("a name that leads elsewhere", () => {
  it.each(traversals)("is refused when reading data: %s", async (name) => {
    const fixture = await makeHost();
    const { handle } = await makeChosenFolder(fixture);
    const response = await fixture.raw("GET", `/api/data/${handle}/files/${name}`);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain("TOP-SECRET");
  });

  it.each(["../x", "..", "a/b", "a\\b", "x\0", "", "CON", "nul.txt", "a:b", "x.", " ", ".hidden"])(
    "is refused for an export folder: %j",
    async (name) => {
      const fixture = await makeHost();
      const directory = await fixture.choose(fixture.home, "export");
      const { status } = await fixture.send("POST", "/exports", { directory, name });
      expect(status).toBe(400);
      expect(await readdir(fixture.home)).toEqual([]);
      expect(await readdir(path.dirname(fixture.home))).toHaveLength(4);
    },
  );

  it.each(["..%2fx", "..", "%2e%2e%2f%2e%2e%2fx", "a%00b", "run.json", "METRICS.JSONL", "lpt1"])(
    "is refused for a run's file, an upload and an export's file: %s",
    async (name) => {
      const fixture = await makeHost();
      await fixture.send("POST", "/runs", makeRun("run-1"));
      const directory = await fixture.choose(fixture.home, "export");
      const made = await fixture.send("POST", "/exports", { directory, name: "out" });
      const exported = readField(made.body, "handle");
      const bytes = { body: new Uint8Array([1]) };
      const run = await fixture.raw("PUT", `/api/runs/run-1/files/${name}`, bytes);
      expect(run.status).toBeGreaterThanOrEqual(400);
      if (/json/i.test(name)) return;
      const upload = await fixture.raw("POST", `/api/uploads/${name}`, bytes);
      expect(upload.status).toBeGreaterThanOrEqual(400);
      const file = await fixture.raw("PUT", `/api/exports/${exported}/files/${name}`, bytes);
      expect(file.status).toBeGreaterThanOrEqual(400);
      expect(await readdir(path.join(fixture.home, "out"))).toEqual([]);
    },
  );

  it.each(["..%2f..%2fx", "%2e%2e", "a%2fb", "Run_1", "x"])(
    "is no run and no draft: %s",
    async (id) => {
      const { send } = await makeHost();
      for (const route of [`/runs/${id}`, `/runs/${id}/files`, `/drafts/..%2f${id}`]) {
        expect((await send("GET", route)).status).toBeGreaterThanOrEqual(400);
      }
      expect((await send("DELETE", `/runs/${id}`)).status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each([...traversals, ".env", ".inputs", ".hidden.js", "assets/%2e%2e/%2e%2e/secret"])(
    "is not among the page's files: %s",
    async (name) => {
      const fixture = await makeHost();
      await writeFile(path.join(fixture.renderer, "index.html"), "page");
      await writeFile(path.join(fixture.renderer, ".inputs"), "TOP-SECRET");
      await writeFile(path.join(fixture.renderer, ".hidden.js"), "TOP-SECRET");
      await writeFile(path.join(path.dirname(fixture.renderer), "secret"), "TOP-SECRET");
      const response = await fixture.raw("GET", `/${name}`);
      expect(await response.text()).not.toContain("TOP-SECRET");
      // The URL parser itself takes plain dots away; what is left is the page or nothing.
      expect([200, 404]).toContain(response.status);
    },
  );
});

describe("a link out of the chosen folder", () => {
  it("is neither listed nor read", async () => {
    const fixture = await makeHost();
    const { folder, handle } = await makeChosenFolder(fixture);
    await symlink(path.join(fixture.home, "secret"), path.join(folder, "file-link.csv"));
    await symlink(fixture.home, path.join(folder, "folder-link"));
    await symlink(path.join(folder, "rows.csv"), path.join(folder, "inner-link.csv"));
    const { body } = await fixture.send("GET", `/data/${handle}`);
    expect(body).toMatchObject({ files: [{ name: "inner-link.csv" }, { name: "rows.csv" }] });
    const refused = await fixture.send("GET", `/data/${handle}/files/file-link.csv`);
    expect(refused).toMatchObject({ status: 403, body: { code: "no-access" } });
    const inner = await fixture.raw("GET", `/api/data/${handle}/files/inner-link.csv`);
    expect(await inner.text()).toBe("a,b\n");
  });

  it("does not serve as a page's file", async () => {
    const fixture = await makeHost();
    await writeFile(path.join(fixture.home, "secret"), "TOP-SECRET");
    await symlink(path.join(fixture.home, "secret"), path.join(fixture.renderer, "x.txt"));
    expect((await fixture.raw("GET", "/x.txt")).status).toBe(404);
  });

  it("takes no exported file when the folder was swapped for it", async () => {
    const fixture = await makeHost();
    const directory = await fixture.choose(fixture.home, "export");
    const { body } = await fixture.send("POST", "/exports", { directory, name: "out" });
    const { rmdir } = await import("node:fs/promises");
    await rmdir(path.join(fixture.home, "out"));
    await symlink(fixture.data, path.join(fixture.home, "out"));
    const route = `/exports/${readField(body, "handle")}/files/handles.json`;
    expect((await fixture.send("PUT", route, new Uint8Array([1]))).status).toBe(403);
  });
});

describe("a handle", () => {
  it("that nobody was given opens nothing", async () => {
    const { send } = await makeHost();
    for (const handle of ["0123456789abcdef", "aaaa", "..%2f..", "%00"]) {
      expect((await send("GET", `/data/${handle}`)).status).toBe(404);
      expect((await send("POST", "/projects/open", { handle })).status).toBe(404);
      const into = await send("POST", `/uploads/a.csv?into=${handle}`, new Uint8Array([1]));
      expect(into.status).toBe(404);
    }
  });

  it("of a folder merely looked into gives no data and is gone after a restart", async () => {
    const fixture = await makeHost();
    const looked = await fixture.send("POST", "/browse", { directory: null, purpose: "data" });
    const directory = readField(looked.body, "directory");
    expect((await fixture.send("GET", `/data/${directory}`)).status).toBe(404);
    const again = await fixture.restart();
    const answer = await again.send("POST", "/browse", { directory, purpose: "data" });
    expect(answer.status).toBe(404);
  });

  it("of a chosen data folder takes no uploads", async () => {
    const fixture = await makeHost();
    const { folder, handle } = await makeChosenFolder(fixture);
    const route = `/uploads/new.csv?into=${handle}`;
    expect((await fixture.send("POST", route, new Uint8Array([1]))).status).toBe(403);
    expect(await readdir(folder)).toEqual(["rows.csv"]);
  });

  it("of a project can't be made from a file that is none", async () => {
    const { home, send } = await makeHost();
    await writeFile(path.join(home, "id_rsa"), "key");
    await symlink(path.join(home, "id_rsa"), path.join(home, "x.netloom"));
    for (const [name, purpose] of [
      ["id_rsa", "open-project"],
      ["x.netloom", "open-project"],
      ["x.netloom", "save-project"],
    ] as const) {
      const answer = await send("POST", "/choose-path", { path: path.join(home, name), purpose });
      expect(answer.status).toBe(400);
    }
    const added = { path: path.join(home, "id_rsa"), purpose: "save-project" };
    expect((await send("POST", "/choose-path", added)).body).toMatchObject({
      label: "id_rsa.netloom",
      kind: "new-file",
    });
  });

  it("can't be browsed for where the system's dialogs are used", async () => {
    const { home, send } = await makeHost({ showDialog: async () => null });
    const browse = { directory: null, purpose: "data" };
    expect((await send("POST", "/browse", browse)).status).toBe(404);
    const typed = { path: home, purpose: "data" };
    expect((await send("POST", "/choose-path", typed)).status).toBe(404);
    expect((await send("POST", "/dialog", { purpose: "data" })).body).toEqual({ cancelled: true });
  });
});

describe("a malformed request", () => {
  it.each([
    ["POST", "/projects/save", "no json"],
    ["POST", "/projects/save", "[]"],
    ["POST", "/projects/save", '{"handle":"../x","text":"","expectedRevision":null}'],
    ["POST", "/browse", '{"directory":null,"purpose":"root"}'],
    ["POST", "/choose", '{"directory":"aaaa","name":7,"purpose":"data"}'],
    ["POST", "/choose-path", '{"path":"relative","purpose":"data"}'],
    ["POST", "/choose-path", '{"path":"/a\\u0000b","purpose":"data"}'],
    ["POST", "/runs", '{"id":"../../x"}'],
    ["POST", "/runs/run-1/events", '{"kind":"step"}'],
    ["PUT", "/drafts/p-1", "\u0000"],
  ])("gets a sentence and no trace: %s %s %s", async (method, route, body) => {
    const { raw } = await makeHost();
    const response = await raw(method, `/api${route}`, { body });
    expect(response.status).toBe(400);
    const answer: unknown = await response.json();
    expect(answer).toMatchObject({ code: "bad-request" });
    expect(readField(answer, "message")).not.toMatch(/node:|\.ts:|\bat \//);
  });

  it("is refused as too large before it is kept, with or without a declared length", async () => {
    const { raw, data } = await makeHost();
    const declared = await raw("POST", "/api/browse", {
      body: "{}",
      headers: { "content-length": String(2 ** 40) },
    });
    expect(declared.status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 2 ** 20;
        controller.enqueue(new Uint8Array(2 ** 20));
      },
    });
    // `duplex` is required for streams by the fetch standard and missing in the library's type.
    const init = { body: endless, duplex: "half" } as RequestInit;
    expect((await raw("PUT", "/api/drafts/p-1", init)).status).toBe(413);
    expect(sent).toBeLessThan(80 * 2 ** 20);
    expect(await readdir(path.join(data, "drafts"))).toEqual([]);
  });

  it("to an unknown route is not found", async () => {
    const { raw } = await makeHost();
    for (const [method, route] of [
      ["GET", "/api/nothing"],
      ["POST", "/"],
      ["DELETE", "/api/templates/x"],
      ["GET", "/unknown.html"],
    ] as const) {
      expect((await raw(method, route)).status).toBe(404);
    }
  });
});

function makeRun(id: string) {
  return {
    id,
    projectId: "p-1",
    projectName: "digits",
    number: 1,
    startedMs: 1,
    status: "running",
    message: "",
    backend: "cpu",
    epochs: 3,
    metrics: {},
    snapshot: "{}",
  };
}

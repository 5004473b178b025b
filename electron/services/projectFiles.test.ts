import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeFullDisk, makeHost, readField } from "./host.testkit.ts";

const asRoot = process.getuid?.() === 0;
const projectText = '{"name":"digits"}\n';

describe("saving a project", () => {
  it("creates a new file and gives its revision", async () => {
    const { home, choose, send } = await makeHost();
    const handle = await choose(path.join(home, "digits"), "save-project");
    const saved = await send("POST", "/projects/save", {
      handle,
      text: projectText,
      expectedRevision: null,
    });
    expect(saved.status).toBe(200);
    expect(await readFile(path.join(home, "digits.netloom"), "utf8")).toBe(projectText);
    const opened = await send("POST", "/projects/open", { handle });
    expect(opened.body).toMatchObject({
      label: "digits.netloom",
      location: home,
      text: projectText,
      revision: readField(saved.body, "revision"),
      isReadOnly: false,
    });
  });

  it("refuses when the file changed on disk and leaves it as it is", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    await writeFile(file, projectText);
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    await writeFile(file, "edited elsewhere");
    const request = { handle, text: "mine", expectedRevision: readField(body, "revision") };
    expect(await send("POST", "/projects/save", request)).toMatchObject({
      status: 409,
      body: { code: "changed-on-disk" },
    });
    expect(await readFile(file, "utf8")).toBe("edited elsewhere");
  });

  it("refuses to replace a file that a newer Netloom wrote", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    const newer = '{"format":"netloom","version":999,"future":true}';
    await writeFile(file, newer);
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    const request = { handle, text: "mine", expectedRevision: readField(body, "revision") };
    expect(await send("POST", "/projects/save", request)).toMatchObject({
      status: 409,
      body: { code: "newer-version" },
    });
    expect(await readFile(file, "utf8")).toBe(newer);
  });

  it("refuses to create a file that exists by now", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    const handle = await choose(file, "save-project");
    await writeFile(file, "someone else's");
    const request = { handle, text: "mine", expectedRevision: null };
    expect((await send("POST", "/projects/save", request)).status).toBe(409);
    expect(await readFile(file, "utf8")).toBe("someone else's");
  });

  it("lets exactly one of several simultaneous saves win", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    await writeFile(file, projectText);
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    const expectedRevision = readField(body, "revision");
    const texts = ["one", "two", "three", "four", "five"];
    const answers = await Promise.all(
      texts.map((text) => send("POST", "/projects/save", { handle, text, expectedRevision })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409]);
    const winner = texts[answers.findIndex(({ status }) => status === 200)];
    expect(await readFile(file, "utf8")).toBe(winner);
  });

  it("keeps the old file and leaves nothing behind when the disk is full", async () => {
    let isFull = false;
    const { home, choose, send } = await makeHost({ openForWriting: makeFullDisk(() => isFull) });
    const file = path.join(home, "a.netloom");
    await writeFile(file, projectText);
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    isFull = true;
    const request = { handle, text: "longer", expectedRevision: readField(body, "revision") };
    expect(await send("POST", "/projects/save", request)).toMatchObject({
      status: 507,
      body: { code: "disk-full" },
    });
    expect(await readFile(file, "utf8")).toBe(projectText);
    expect(await readdir(home)).toEqual(["a.netloom"]);
  });

  it("keeps the permissions of the file it replaces", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    await writeFile(file, projectText);
    await chmod(file, 0o664);
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    const request = { handle, text: "new", expectedRevision: readField(body, "revision") };
    expect((await send("POST", "/projects/save", request)).status).toBe(200);
    expect((await stat(file)).mode & 0o777).toBe(0o664);
  });

  it.skipIf(asRoot)("refuses a write-protected file", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    await writeFile(file, projectText, { mode: 0o444 });
    const handle = await choose(file, "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    expect(body).toMatchObject({ isReadOnly: true });
    const request = { handle, text: "new", expectedRevision: readField(body, "revision") };
    expect((await send("POST", "/projects/save", request)).status).toBe(403);
  });

  it("writes through a link chosen by the user to the file it means", async () => {
    const { home, choose, send } = await makeHost();
    await writeFile(path.join(home, "real.netloom"), projectText);
    await symlink(path.join(home, "real.netloom"), path.join(home, "link.netloom"));
    const handle = await choose(path.join(home, "link.netloom"), "open-project");
    const { body } = await send("POST", "/projects/open", { handle });
    const request = { handle, text: "new", expectedRevision: readField(body, "revision") };
    expect((await send("POST", "/projects/save", request)).status).toBe(200);
    expect(await readFile(path.join(home, "real.netloom"), "utf8")).toBe("new");
    expect(await readFile(path.join(home, "link.netloom"), "utf8")).toBe("new");
  });

  it("refuses a file that was replaced by a link after it was chosen", async () => {
    const { home, choose, send } = await makeHost();
    const handle = await choose(path.join(home, "a.netloom"), "save-project");
    await writeFile(path.join(home, "secret"), "secret");
    await symlink(path.join(home, "secret"), path.join(home, "a.netloom"));
    const request = { handle, text: "mine", expectedRevision: null };
    expect((await send("POST", "/projects/save", request)).status).toBe(403);
    expect(await readFile(path.join(home, "secret"), "utf8")).toBe("secret");
  });

  it("refuses a handle that was chosen for something else", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "rows.csv");
    await writeFile(file, "a,b\n1,2\n");
    const handle = await choose(file, "data");
    for (const route of ["/projects/open", "/projects/save"]) {
      const answer = await send("POST", route, { handle, text: "x", expectedRevision: null });
      expect(answer).toMatchObject({ status: 403, body: { code: "no-access" } });
    }
    expect(await readFile(file, "utf8")).toBe("a,b\n1,2\n");
  });
});

describe("opening a project", () => {
  it("says that a file is gone", async () => {
    const { home, choose, send } = await makeHost();
    const handle = await choose(path.join(home, "gone.netloom"), "save-project");
    const answer = await send("POST", "/projects/open", { handle });
    expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(readField(answer.body, "message")).toContain("gone.netloom");
  });

  it("refuses bytes that are no text", async () => {
    const { home, choose, send } = await makeHost();
    const file = path.join(home, "broken.netloom");
    await writeFile(file, new Uint8Array([0xff, 0xfe, 0x00, 0xd8]));
    const handle = await choose(file, "open-project");
    expect((await send("POST", "/projects/open", { handle })).status).toBe(400);
  });

  it("lists what was opened, newest first, and marks what is missing", async () => {
    const fixture = await makeHost();
    const { home, choose, send } = fixture;
    for (const name of ["a.netloom", "b.netloom"]) {
      await writeFile(path.join(home, name), projectText);
      const handle = await choose(path.join(home, name), "open-project");
      await send("POST", "/projects/open", { handle });
    }
    const { rm } = await import("node:fs/promises");
    await rm(path.join(home, "a.netloom"));
    const again = await fixture.restart();
    const { body } = await again.send("GET", "/recent");
    expect(body).toMatchObject([
      { label: "b.netloom", location: home, isMissing: false },
      { label: "a.netloom", isMissing: true },
    ]);
    const first = Array.isArray(body) ? readField(body[0], "handle") : "";
    await again.send("DELETE", `/recent/${first}`);
    expect((await again.send("GET", "/recent")).body).toMatchObject([{ label: "a.netloom" }]);
    // The handle still works: a project that names it must open after a restart.
    expect((await again.send("POST", "/projects/open", { handle: first })).status).toBe(200);
  });
});

describe("drafts", () => {
  it("survive a restart, are listed with the project's name, and can be dropped", async () => {
    const fixture = await makeHost();
    const draft = { text: projectText, handle: null };
    expect((await fixture.send("PUT", "/drafts/p-1", draft)).status).toBe(200);
    const again = await fixture.restart();
    expect((await again.send("GET", "/drafts")).body).toMatchObject([
      { projectId: "p-1", name: "digits", handle: null },
    ]);
    expect((await again.send("GET", "/drafts/p-1")).body).toMatchObject({ text: projectText });
    await again.send("DELETE", "/drafts/p-1");
    expect((await again.send("GET", "/drafts/p-1")).status).toBe(404);
  });

  it("keeps broken text too", async () => {
    const { send } = await makeHost();
    await send("PUT", "/drafts/p-1", { text: "{ not json", handle: null });
    expect((await send("GET", "/drafts")).body).toMatchObject([{ name: "Untitled" }]);
  });

  it("keeps the older draft when the disk is full", async () => {
    let isFull = false;
    const { send } = await makeHost({ openForWriting: makeFullDisk(() => isFull) });
    await send("PUT", "/drafts/p-1", { text: "old", handle: null });
    isFull = true;
    expect((await send("PUT", "/drafts/p-1", { text: "new", handle: null })).status).toBe(507);
    expect((await send("GET", "/drafts/p-1")).body).toMatchObject({ text: "old" });
  });
});

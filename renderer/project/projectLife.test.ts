import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { makeHost, type HostFixture } from "#electron/services/host.testkit.ts";
import { createProject } from "#shared/document/createProject.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { answerQuestion, askStore } from "../ui/ask.ts";
import { toastStore } from "../ui/toastStore.ts";
import { flushProject } from "./autosave.ts";
import { host } from "../host/hostClient.ts";
import { newProject, noticeChangeOnDisk, openByHandle, recoverDraft } from "./projectLife.ts";

/** The page's requests go to a real host over fresh folders. */
async function start(): Promise<HostFixture> {
  const fixture = await makeHost();
  vi.stubGlobal("fetch", (route: string, init: RequestInit) =>
    fixture.host.fetch(new Request(`http://127.0.0.1${route}`, init)),
  );
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return fixture;
}

async function writeFileFor(fixture: HostFixture, text: string) {
  const folder = path.join(fixture.home, "models");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "first.netloom");
  await writeFile(file, text);
  const handle = await fixture.choose(file, "open-project");
  return { file, handle, read: () => readFile(file, "utf8") };
}

const rename = (name: string) => documentStore.getState().edit({ kind: "renameProject", name });
const messages = () => toastStore.getState().toasts.map(({ message }) => message);
const question = () => vi.waitUntil(() => askStore.getState().question);
const project = createProject("First");
const text = serializeProject(project);

beforeEach(() => {
  toastStore.setState({ toasts: [] });
  askStore.setState({ question: null, answer: null });
  const empty = createProject("Untitled");
  documentStore.getState().load(empty, null);
});

describe("a project without a file", () => {
  it("is kept as a draft, found again and recovered", async () => {
    await start();
    await newProject();
    rename("Sketch");
    await flushProject();
    expect(documentStore.getState().saveState.phase).toBe("draft");
    const id = documentStore.getState().document.id;

    await newProject();
    const drafts = await host.listDrafts();
    if (!drafts.ok) throw new Error(drafts.error.message);
    expect(drafts.value.map(({ projectId, name }) => [projectId, name])).toEqual([[id, "Sketch"]]);
    const [draft] = drafts.value;
    if (draft === undefined) throw new Error("no draft");
    await recoverDraft(draft);
    expect(documentStore.getState().document).toMatchObject({ id, name: "Sketch" });
    expect(sessionStore.getState().view).toBe("design");
  });

  it("leaves no draft when nothing was changed", async () => {
    await start();
    await newProject();
    await flushProject();
    expect(await host.listDrafts()).toEqual({ ok: true, value: [] });
  });
});

describe("work that can't be kept", () => {
  it.each([
    ["stay", "Sketch"],
    ["leave", "Untitled"],
  ])("is left only when told so: %s", async (answer, expected) => {
    await start();
    await newProject();
    vi.stubGlobal("fetch", async () =>
      Response.json({ code: "disk-full", message: "The disk is full." }, { status: 507 }),
    );
    rename("Sketch");
    const leaving = newProject();
    expect(await question()).toMatchObject({ body: "The disk is full." });
    expect(documentStore.getState().document.name).toBe("Sketch");
    answerQuestion(answer);
    await leaving;
    expect(documentStore.getState().document.name).toBe(expected);
  });
});

describe("a project with a file", () => {
  it("is written to it, again and again, without a draft", async () => {
    const fixture = await start();
    const { handle, read } = await writeFileFor(fixture, text);
    await openByHandle(handle);
    for (const name of ["Second", "Third"]) {
      rename(name);
      await flushProject();
      expect(await read()).toContain(name);
    }
    expect(documentStore.getState().saveState.phase).toBe("saved");
    expect(await host.listDrafts()).toEqual({ ok: true, value: [] });
  });

  it("is not overwritten when another program changed it; the draft holds ours", async () => {
    const fixture = await start();
    const { file, handle, read } = await writeFileFor(fixture, text);
    await openByHandle(handle);
    const theirs = serializeProject({ ...project, name: "Theirs" });
    await writeFile(file, theirs);
    rename("Mine");
    await flushProject();
    expect(documentStore.getState().saveState.phase).toBe("conflict");
    expect(await read()).toBe(theirs);
    const draft = await host.getDraft(project.id);
    expect(draft.ok && draft.value.text).toContain("Mine");

    await question();
    answerQuestion("both");
    await vi.waitUntil(() => documentStore.getState().saveState.phase === "draft");
    const { document, location } = documentStore.getState();
    expect(document.name).toBe("Mine (mine)");
    expect(document.id).not.toBe(project.id);
    expect(location).toBeNull();
    expect(await read()).toBe(theirs);
  });

  it("replaces the file only when told to", async () => {
    const fixture = await start();
    const { file, handle, read } = await writeFileFor(fixture, text);
    await openByHandle(handle);
    await writeFile(file, serializeProject({ ...project, name: "Theirs" }));
    rename("Mine");
    await flushProject();
    await question();
    answerQuestion("replace");
    await vi.waitUntil(() => documentStore.getState().saveState.phase === "saved");
    expect(await read()).toContain("Mine");
  });

  it("is read again when it changed on disk and nothing was edited here", async () => {
    const fixture = await start();
    const { file, handle } = await writeFileFor(fixture, text);
    await openByHandle(handle);
    await writeFile(file, serializeProject({ ...project, name: "Theirs" }));
    noticeChangeOnDisk(handle, "another revision");
    await vi.waitUntil(() => documentStore.getState().document.name === "Theirs");
    expect(askStore.getState().question).toBeNull();
  });
});

describe("a file that can't be opened", () => {
  const cases: readonly [string, string, RegExp][] = [
    ["no JSON", "{ not json", /first\.netloom was not opened/],
    ["nothing at all", "", /first\.netloom was not opened/],
    ["a newer format", text.replace(/"version": \d+/, '"version": 999'), /newer/],
  ];
  it.each(cases)("leaves the open project as it is: %s", async (_, content, message) => {
    const fixture = await start();
    const { handle } = await writeFileFor(fixture, content);
    const before = documentStore.getState().document;
    await openByHandle(handle);
    expect(documentStore.getState().document).toBe(before);
    expect(messages()).toEqual([expect.stringMatching(message)]);
  });
});

import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { contentSecurityPolicy } from "./contentSecurityPolicy.ts";
import { makeHost, readField } from "./host.testkit.ts";

describe("the page", () => {
  it.each([
    ["/", "index.html", "text/html; charset=utf-8", "no-cache"],
    ["/assets/a-1.js", "assets/a-1.js", "text/javascript; charset=utf-8", "immutable"],
    ["/assets/a-1.css", "assets/a-1.css", "text/css; charset=utf-8", "immutable"],
    ["/assets/i.woff2", "assets/i.woff2", "font/woff2", "immutable"],
    ["/assets/x.wasm", "assets/x.wasm", "application/wasm", "immutable"],
  ])("is served at %s with its type, policy and cache time", async (route, file, type, cache) => {
    const { raw, renderer } = await makeHost();
    await mkdir(path.join(renderer, "assets"));
    await writeFile(path.join(renderer, file), "content");
    const response = await raw("GET", route);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("content");
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("content-security-policy")).toBe(contentSecurityPolicy);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toContain(cache);
  });

  it("may not evaluate text, load from elsewhere or be framed", () => {
    expect(contentSecurityPolicy).not.toMatch(/'unsafe-eval'|https?:|\*/);
    expect(contentSecurityPolicy).toContain("default-src 'none'");
    expect(contentSecurityPolicy).toContain("frame-ancestors 'none'");
    expect(contentSecurityPolicy).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
  });
});

describe("the session", () => {
  it("says what the host is", async () => {
    const { send } = await makeHost();
    expect((await send("GET", "/session")).body).toEqual({
      version: "1.2.3",
      shell: "browser",
      platform: process.platform,
      hasNativeDialogs: false,
    });
  });

  it("chooses through the system's dialog where there is one", async () => {
    const showDialog = vi.fn(async () => "/nowhere/else.netloom");
    const { send, home } = await makeHost({ showDialog });
    const missing = await send("POST", "/dialog", { purpose: "open-project" });
    expect(missing.status).toBe(404);
    showDialog.mockResolvedValue(path.join(home, "new"));
    const request = { purpose: "save-project", suggestedName: "digits.netloom" };
    expect((await send("POST", "/dialog", request)).body).toMatchObject({
      label: "new.netloom",
      kind: "new-file",
    });
    expect(showDialog).toHaveBeenLastCalledWith(request);
  });
});

describe("the event stream", () => {
  it("gives a page what was sent before it came, then what follows", async () => {
    const { host, raw } = await makeHost();
    host.emit({ kind: "command", id: "file.new" });
    const response = await raw("GET", "/api/events");
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toMatch(/^:/);
    expect((await reader?.read())?.value).toBe('data: {"kind":"command","id":"file.new"}\n\n');
    host.emit({ kind: "command", id: "file.open" });
    expect((await reader?.read())?.value).toContain("file.open");
    await reader?.cancel();
    // Nobody listens now: kept for the next page.
    host.emit({ kind: "command", id: "file.save" });
    const next = await raw("GET", "/api/events");
    const nextReader = next.body?.pipeThrough(new TextDecoderStream()).getReader();
    await nextReader?.read();
    expect((await nextReader?.read())?.value).toContain("file.save");
    await nextReader?.cancel();
  });

  it("reports a project that another program changed once, and our own save never", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { raw, home, choose, send } = await makeHost();
    const file = path.join(home, "a.netloom");
    await writeFile(file, "one");
    const handle = await choose(file, "open-project");
    const opened = await send("POST", "/projects/open", { handle });
    const reader = (await raw("GET", "/api/events")).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    onTestFinished(() => reader?.cancel());
    await reader?.read();
    const received: string[] = [];
    const listening = (async () => {
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
        received.push(part.value);
      }
    })();
    async function lookTwice() {
      for (let look = 0; look < 2; look++) {
        vi.advanceTimersByTime(2_000);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const expectedRevision = readField(opened.body, "revision");
    await send("POST", "/projects/save", { handle, text: "two", expectedRevision });
    await lookTwice();
    expect(received).toEqual([]);
    await writeFile(file, "three");
    await lookTwice();
    const reopened = await send("POST", "/projects/open", { handle });
    const revision = readField(reopened.body, "revision");
    const event = { kind: "projectChanged", handle, revision };
    expect(received).toEqual([`data: ${JSON.stringify(event)}\n\n`]);
    await reader?.cancel();
    await listening;
  });
});

describe("a host", () => {
  it("starts over damaged files of its own", async () => {
    const fixture = await makeHost();
    for (const name of ["handles.json", "recent.json", "drafts/p-1.json"]) {
      await writeFile(path.join(fixture.data, name), "{ half");
    }
    const again = await fixture.restart();
    expect((await again.send("GET", "/recent")).body).toEqual([]);
    expect((await again.send("GET", "/drafts")).body).toEqual([]);
  });

  it("removes what a killed predecessor left half-written", async () => {
    const fixture = await makeHost();
    const orphan = path.join(fixture.data, "drafts", ".p.json.999999999.0123456789ab.netloom-tmp");
    await writeFile(orphan, "half");
    await symlink("/etc/hostname", path.join(fixture.data, "drafts", "kept"));
    await fixture.restart();
    const { readdir } = await import("node:fs/promises");
    expect(await readdir(path.join(fixture.data, "drafts"))).toEqual(["kept"]);
  });
});

import { request as httpRequest } from "node:http";
import { networkInterfaces } from "node:os";
import { connect } from "node:net";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { pageHeader } from "#shared/host/contract.ts";
import { makeHost } from "../services/host.testkit.ts";
import { makeTokenCheck } from "./guardRequests.ts";
import { findOpenCommand } from "./openBrowser.ts";
import { formatAddress, serveHost } from "./serveHost.ts";

async function serve() {
  const token = "0123456789abcdefghijklmnopqrstuv";
  const fixture = await makeHost({ authorize: makeTokenCheck(token) });
  await writeFile(path.join(fixture.renderer, "index.html"), "<title>Netloom</title>");
  const served = await serveHost((request) => fixture.host.fetch(request), 0);
  if (!served.ok) throw new Error(served.error);
  onTestFinished(() => served.value.close());
  return { ...fixture, ...served.value, token };
}

const run = {
  id: "run-1",
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

/** A request over the wire with exactly these headers: `fetch` would not send a foreign Host. */
function ask(port: number, route: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const outgoing = httpRequest(
      { host: "127.0.0.1", port, path: route, method, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("the loopback server", () => {
  it("gives the page to everyone and the rest to who has the token", async () => {
    const { port, token } = await serve();
    expect((await ask(port, "/", {})).text).toContain("Netloom");
    expect((await ask(port, "/api/session", {})).status).toBe(401);
    const right = { authorization: `Bearer ${token}` };
    expect((await ask(port, "/api/session", right)).status).toBe(200);
  });

  it.each([
    ["no token", {}],
    ["a wrong token", { authorization: "Bearer wrong" }],
    ["another scheme", { authorization: "Basic TOKEN" }],
    ["an empty token", { authorization: "Bearer " }],
  ])("refuses %s", async (_case, headers) => {
    const { port } = await serve();
    const spellings = ["/api/session", "/%61pi/session", "/api/%73ession", "/api/recent?token="];
    for (const route of [...spellings, "/api", "/api/", "//api/session", "/x/../api/session"]) {
      const { status, text } = await ask(port, route, headers);
      expect([401, 404]).toContain(status);
      expect(text).not.toContain("version");
    }
  });

  it("takes the token from the address for the event stream only", async () => {
    const { port, token } = await serve();
    expect((await ask(port, `/api/session?token=${token}`, {})).status).toBe(401);
    expect((await ask(port, `/api/events?token=${token}`, {}, "POST")).status).toBe(401);
    const response = await fetch(`http://127.0.0.1:${port}/api/events?token=${token}`);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await response.body?.cancel();
  });

  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1.evil.example:PORT",
    "[::1]:PORT",
  ])("refuses the foreign Host %s, token or not", async (host) => {
    const { port, token } = await serve();
    const headers = { host: host.replace("PORT", String(port)), authorization: `Bearer ${token}` };
    for (const route of ["/", "/api/session"]) {
      expect((await ask(port, route, headers)).status).toBe(403);
    }
  });

  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { origin: "https://127.0.0.1:PORT" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("refuses pages of other origins: %j", async (given: Record<string, string>) => {
    const { port, token } = await serve();
    const entries = Object.entries(given).map(([name, value]) => [
      name,
      value.replace("PORT", String(port)),
    ]);
    const headers = { ...Object.fromEntries(entries), authorization: `Bearer ${token}` };
    const { status, text } = await ask(port, "/api/session", headers);
    expect([401, 403]).toContain(status);
    expect(text).not.toContain("version");
  });

  it("answers its own page", async () => {
    const { port, token } = await serve();
    for (const name of ["127.0.0.1", "localhost"]) {
      const headers = {
        host: `${name}:${port}`,
        origin: `http://${name}:${port}`,
        "sec-fetch-site": "same-origin",
        authorization: `Bearer ${token}`,
      };
      expect((await ask(port, "/api/session", headers)).status).toBe(200);
    }
  });

  it("can't be reached from the network", async () => {
    const { port } = await serve();
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((entry) => !entry.internal && entry.family === "IPv4");
    for (const { address } of addresses) {
      const isReached = await new Promise((resolve) => {
        const socket = connect({ host: address, port, timeout: 1_000 });
        socket.on("connect", () => resolve(true));
        socket.on("error", () => resolve(false));
        socket.on("timeout", () => resolve(false));
      });
      expect(isReached).toBe(false);
    }
  });

  it("says which port is taken", async () => {
    const { port } = await serve();
    const second = await serveHost(async () => new Response(), port);
    expect(second).toMatchObject({ ok: false });
    expect(second.ok ? "" : second.error).toContain(String(port));
  });

  it("notices that a page went away", async () => {
    const { port, token, send } = await serve();
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${token}`, [pageHeader]: "training" };
    const events = { headers, signal: abort.signal };
    const page = await fetch(`http://127.0.0.1:${port}/api/events`, events);
    await page.body?.getReader().read();
    const ask = async (init: RequestInit = {}) =>
      (await fetch(`http://127.0.0.1:${port}/api/runs`, { ...init, headers })).json();
    await ask({ method: "POST", body: JSON.stringify(run) });
    expect(await ask()).toMatchObject([{ status: "running" }]);
    abort.abort();
    await vi.waitFor(async () => expect(await ask()).toMatchObject([{ status: "interrupted" }]));
    expect((await send("GET", "/runs")).status).toBe(401);
  });

  it("carries large bodies both ways and parts of files", async () => {
    const { port, token } = await serve();
    const address = `http://127.0.0.1:${port}`;
    const headers = { authorization: `Bearer ${token}` };
    const bytes = Buffer.alloc(5 * 2 ** 20, "netloom");
    const upload = await fetch(`${address}/api/uploads/a.bin`, {
      method: "POST",
      body: bytes,
      headers,
    });
    const { handle } = Object(await upload.json());
    const route = `${address}/api/data/${handle}/files/a.bin`;
    const whole = Buffer.from(await (await fetch(route, { headers })).arrayBuffer());
    expect(whole.equals(bytes)).toBe(true);
    const part = await fetch(route, { headers: { ...headers, range: "bytes=7-13" } });
    expect([part.status, await part.text()]).toEqual([206, "netloom"]);
  });
});

it("puts the token where browsers don't send it", () => {
  expect(formatAddress(4870, "abc")).toBe("http://127.0.0.1:4870/#token=abc");
});

describe("the window opened for the page", () => {
  const address = "http://127.0.0.1:4870/#token=abc";
  const only =
    (...programs: string[]) =>
    (program: string) =>
      programs.includes(program);

  it.each([
    ["linux", { DISPLAY: ":0" }, only("chromium", "xdg-open"), "chromium", `--app=${address}`],
    ["linux", { WAYLAND_DISPLAY: "w" }, only("google-chrome"), "google-chrome", `--app=${address}`],
    ["linux", { DISPLAY: ":0" }, only("xdg-open"), "xdg-open", address],
    ["darwin", {}, only(), "open", address],
    ["win32", {}, only(), "cmd", address],
  ])(
    "on %s with %j is made by the best program there",
    (platform, environment, canRun, program, last) => {
      const command = findOpenCommand(address, { platform, environment, canRun });
      expect(command?.[0]).toBe(program);
      expect(command?.at(-1)).toBe(last);
    },
  );

  it("is not opened where there is no display or no browser", () => {
    const canRun = () => true;
    expect(findOpenCommand(address, { platform: "linux", environment: {}, canRun })).toBeNull();
    const environment = { DISPLAY: ":0" };
    expect(findOpenCommand(address, { platform: "linux", environment, canRun: only() })).toBeNull();
  });
});

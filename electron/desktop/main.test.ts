import { EventEmitter } from "node:events";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

/**
 * Electron's binary can't be had on every machine that runs the tests, so a stand-in records what the shell asks of it.
 * What it shows: the order of calls, the wiring to the host, the denials. What it can't show: Electron's own conduct.
 */
const fake = vi.hoisted(() => {
  const calls: string[] = [];
  const state = {
    calls,
    handler: null as ((request: Request) => Promise<Response>) | null,
    permission: null as ((...args: never[]) => boolean) | null,
    window: null as EventEmitter | null,
    power: { on: (name: string, listener: () => void) => state.powerEvents.set(name, listener) },
    powerEvents: new Map<string, () => void>(),
    response: 0,
    windowOptions: null as { webPreferences?: object } | null,
    savePath: "",
    menu: [] as readonly { label?: string; submenu?: unknown }[],
  };
  return state;
});

vi.mock("electron", async () => {
  const { EventEmitter: Emitter } = await import("node:events");
  const record = (name: string) => fake.calls.push(name);
  class FakeApp extends Emitter {
    isPackaged = true;
    getPath = () => process.env["NETLOOM_HOME"];
    setPath = () => record("setPath");
    enableSandbox = () => record("enableSandbox");
    requestSingleInstanceLock = () => record("requestSingleInstanceLock") > 0;
    isReady = () => true;
    quit = () => record("quit");
    exit = () => record("exit");
    commandLine = { appendSwitch: (name: string) => record(`switch ${name}`) };
    async whenReady() {
      await new Promise((resolve) => setTimeout(resolve, 10));
      record("ready");
    }
  }
  class FakeWindow extends Emitter {
    webContents = new Emitter();
    constructor(options: object) {
      super();
      fake.windowOptions = options;
      fake.window = this;
      record("window");
    }
    loadURL = async (url: string) => void record(`load ${url}`);
    isDestroyed = () => false;
    isMinimized = () => false;
    isVisible = () => true;
    hide = () => record("hide");
    close = () => record("close");
    setProgressBar = (fraction: number) => record(`bar ${fraction}`);
    isMaximized = () => false;
    focus = () => record("focus");
    show = () => record("show");
    getNormalBounds = () => ({ x: 1, y: 2, width: 800, height: 600 });
  }
  return {
    app: new FakeApp(),
    BrowserWindow: FakeWindow,
    Menu: {
      buildFromTemplate: (template: typeof fake.menu) => template,
      setApplicationMenu: (template: typeof fake.menu) => void (fake.menu = template),
    },
    Tray: class extends Emitter {
      setToolTip = (text: string) => record(`tray ${text}`);
      setContextMenu = () => record("tray menu");
      destroy = () => record("tray gone");
    },
    powerMonitor: fake.power,
    powerSaveBlocker: {
      start: (kind: string) => record(`block ${kind}`),
      stop: () => record("unblock"),
    },
    dialog: {
      showMessageBox: async () => ({ response: fake.response }),
      showSaveDialog: async () => ({ canceled: false, filePath: fake.savePath }),
      showErrorBox: (title: string, text: string) => record(`error ${title}: ${text}`),
    },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      registerSchemesAsPrivileged: () => record("registerSchemes"),
      handle: (scheme: string, handler: typeof fake.handler) => {
        fake.handler = handler;
        record(`handle ${scheme}`);
      },
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1440, height: 900 } }] },
    session: {
      defaultSession: Object.assign(new Emitter(), {
        setPermissionRequestHandler: () => record("denyRequests"),
        setPermissionCheckHandler: (handler: typeof fake.permission) => {
          fake.permission = handler;
        },
        setDevicePermissionHandler: () => record("denyDevices"),
      }),
    },
    shell: { openExternal: async (url: string) => void record(`external ${url}`) },
  };
});

let home = "";
beforeAll(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), "netloom-desktop-")));
  vi.stubEnv("NETLOOM_HOME", home);
  vi.stubGlobal("__NETLOOM_VERSION__", "1.2.3");
  await import("./main.ts");
  await vi.waitFor(() => expect(fake.calls).toContain("focus"));
});
afterAll(async () => {
  const { app } = await import("electron");
  app.emit("quit");
  // The application may still be writing its last files.
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function ask(route: string, init?: RequestInit): Promise<Response> {
  if (fake.handler === null) throw new Error("nothing handles the scheme");
  return fake.handler(new Request(`app://netloom${route}`, init));
}

describe("the desktop shell", () => {
  it("sets up security before it shows the page, and in time", () => {
    const order = ["registerSchemes", "enableSandbox", "ready", "denyRequests", "denyDevices"];
    const indexes = [...order, "handle app", "window", "load app://netloom/"].map((call) =>
      fake.calls.indexOf(call),
    );
    expect(indexes).not.toContain(-1);
    expect(indexes).toEqual(indexes.toSorted((left, right) => left - right));
    expect(fake.windowOptions?.webPreferences).toMatchObject({ sandbox: true });
  });

  it("serves the host to its own page and to nobody else", async () => {
    expect(await (await ask("/api/session")).json()).toMatchObject({
      version: "1.2.3",
      shell: "electron",
      hasNativeDialogs: true,
    });
    const foreign = Object.assign(new Request("app://netloom/api/session"), {
      initiatorOrigin: "https://example.com",
    });
    expect((await fake.handler?.(foreign))?.status).toBe(403);
  });

  it("saves where the system's dialog says, and opens what a second start names", async () => {
    fake.savePath = path.join(home, "digits");
    const body = JSON.stringify({ purpose: "save-project" });
    const chosen = await (await ask("/api/dialog", { method: "POST", body })).json();
    expect(chosen).toMatchObject({ label: "digits.netloom", kind: "new-file" });

    const reader = (await ask("/api/events")).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    await reader?.read();
    await writeFile(path.join(home, "digits.netloom"), "{}");
    const { app } = await import("electron");
    app.emit("second-instance", {}, ["netloom", "digits.netloom"], home);
    const event = (await reader?.read())?.value ?? "";
    expect(event).toContain('"openProject"');
    expect(event).toContain(Object(chosen).handle);

    const menus = fake.menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    menus.find((item) => item.id === "edit.undo")?.click();
    expect((await reader?.read())?.value).toContain("edit.undo");
    await reader?.cancel();
  });

  it("asks before it closes on a run, and keeps the machine awake meanwhile", async () => {
    const tell = (phase: string, progress: number) =>
      ask("/api/training", {
        method: "PUT",
        body: JSON.stringify({ phase, title: "Digits", progress }),
      });
    const close = () => {
      const event = { preventDefault: vi.fn() };
      fake.window?.emit("close", event);
      return event.preventDefault.mock.calls.length > 0;
    };
    expect(close()).toBe(false);
    fake.calls.length = 0;
    expect((await tell("running", 0.25)).status).toBe(200);
    fake.response = 0;
    expect(close()).toBe(true);
    await vi.waitFor(() => expect(fake.calls).toContain("tray Netloom · 25 % · Digits"));
    await tell("idle", 0);
    expect(fake.calls).toEqual([
      "block prevent-app-suspension",
      "bar 0.25",
      "hide",
      "tray menu",
      "tray Netloom · 25 % · Digits",
      "unblock",
      "bar -1",
      "tray Netloom · training has ended · Digits",
    ]);
    expect(close()).toBe(false);
    expect((await tell("running", 7)).status).toBe(400);
  });

  it("has the run kept before the machine sleeps", async () => {
    const reader = (await ask("/api/events")).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    await reader?.read();
    fake.powerEvents.get("suspend")?.();
    expect((await reader?.read())?.value).toContain("training.checkpoint");
    await reader?.cancel();
  });

  it("keeps every page from leaving, opening windows and embedding others", async () => {
    const { app } = await import("electron");
    let openWindow: ((details: { url: string }) => { action: string }) | null = null;
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: typeof openWindow) => void (openWindow = handler),
    });
    app.emit("web-contents-created", {}, contents);
    for (const name of ["will-navigate", "will-frame-navigate", "will-redirect"]) {
      const denied = { url: "https://example.com/", preventDefault: vi.fn() };
      contents.emit(name, denied);
      expect(denied.preventDefault).toHaveBeenCalledOnce();
      const own = { url: "app://netloom/", preventDefault: vi.fn() };
      contents.emit(name, own);
      expect(own.preventDefault).not.toHaveBeenCalled();
    }
    const webview = { preventDefault: vi.fn() };
    contents.emit("will-attach-webview", webview);
    expect(webview.preventDefault).toHaveBeenCalledOnce();
    const open = (url: string) => Reflect.apply(openWindow ?? (() => null), null, [{ url }]);
    expect(open("https://example.com/")).toEqual({ action: "deny" });
    expect(open("https://keras.io/api/")).toEqual({ action: "deny" });
    expect(fake.calls.filter((call) => call.startsWith("external"))).toEqual([
      "external https://keras.io/api/",
    ]);
  });

  it("gives pages no permission but copying", () => {
    const check = (permission: string, origin: string) =>
      Reflect.apply(fake.permission ?? (() => null), null, [null, permission, origin]);
    expect(check("media", "app://netloom/")).toBe(false);
    expect(check("clipboard-sanitized-write", "app://netloom/")).toBe(true);
    expect(check("clipboard-sanitized-write", "https://example.com/")).toBe(false);
  });
});

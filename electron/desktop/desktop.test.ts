import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { planDialog } from "./dialogs.ts";
import { dropExecutable, readLaunchArguments } from "./launchArguments.ts";
import { listMenuCommands, menuTemplate } from "./menuTemplate.ts";
import {
  isDownloadAllowed,
  isExternalLinkAllowed,
  isNavigationAllowed,
  isPermissionAllowed,
  isRequestAllowed,
  schemePrivileges,
} from "./security.ts";
import { windowOptions } from "./windowOptions.ts";
import { fitBounds } from "./windowState.ts";

describe("the window", () => {
  const options = windowOptions({
    preload: "/app/preload.cjs",
    icon: "/app/icon.png",
    bounds: { width: 1000, height: 700, isMaximized: false },
    isDark: true,
  });

  it("is sandboxed, isolated and without Node", () => {
    expect(options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    });
  });

  it("keeps training while it is hidden", () => {
    expect(options.webPreferences?.backgroundThrottling).toBe(false);
  });

  const displays = [
    { x: 0, y: 25, width: 1440, height: 875 },
    { x: 1440, y: 0, width: 1920, height: 1080 },
  ];
  it.each([
    [
      "as it was left",
      { x: 1500, y: 40, width: 900, height: 700 },
      { x: 1500, y: 40, width: 900, height: 700 },
    ],
    [
      "centred when its display is gone",
      { x: 5000, y: 40, width: 900, height: 700 },
      { width: 900, height: 700 },
    ],
    [
      "centred when its title bar is out of reach",
      { x: 10, y: -300, width: 900, height: 700 },
      { width: 900, height: 700 },
    ],
    [
      "no larger than its display",
      { x: 10, y: 30, width: 5000, height: 3000 },
      { x: 10, y: 30, width: 1440, height: 875 },
    ],
  ])("opens %s", (_case, saved, expected) => {
    const fitted = fitBounds({ ...saved, isMaximized: false }, displays);
    expect(fitted).toEqual({ ...expected, isMaximized: false });
  });

  it("opens at a sensible size the first time", () => {
    expect(fitBounds(null, displays)).toEqual({ width: 1440, height: 875, isMaximized: false });
    expect(fitBounds(null, [])).toEqual({ width: 1440, height: 900, isMaximized: false });
  });
});

describe("navigation", () => {
  it.each(["app://netloom/", "app://netloom/index.html", "app://netloom/#token=x"])(
    "to the application's own page is allowed: %s",
    (url) => expect(isNavigationAllowed(url)).toBe(true),
  );

  it.each([
    "https://example.com/",
    "http://127.0.0.1:3000/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,x",
    "blob:app://netloom/1",
    "about:blank",
    "app://evil/",
    "app://netloom.evil/",
    "app://netloom@evil/",
    "app://user@netloom/",
    "app:netloom",
    "",
  ])("elsewhere is denied: %s", (url) => expect(isNavigationAllowed(url)).toBe(false));

  it("in the system's browser is for documentation only", () => {
    expect(isExternalLinkAllowed("https://keras.io/api/layers/")).toBe(true);
    for (const url of [
      "http://keras.io/",
      "https://keras.io.evil.com/",
      "https://keras.io@evil.com/",
      "https://user:secret@keras.io/",
      "https://keras.io:8080/",
      "file:///keras.io",
      "smb://keras.io/",
      "app://netloom/",
    ]) {
      expect(isExternalLinkAllowed(url)).toBe(false);
    }
  });
});

describe("downloads", () => {
  it("are files that the page made", () => {
    expect(isDownloadAllowed("blob:app://netloom/0a1b")).toBe(true);
    for (const url of ["https://example.com/a.exe", "blob:https://example.com/1", "data:,x"]) {
      expect(isDownloadAllowed(url)).toBe(false);
    }
  });
});

describe("requests and permissions", () => {
  it("are the application's own page's alone", () => {
    expect(isRequestAllowed("app://netloom/api/session", "app://netloom")).toBe(true);
    expect(isRequestAllowed("app://netloom/", undefined)).toBe(true);
    expect(isRequestAllowed("app://netloom/api/session", "null")).toBe(false);
    expect(isRequestAllowed("app://netloom/api/session", "https://example.com")).toBe(false);
    expect(isRequestAllowed("app://other/api/session", "app://netloom")).toBe(false);
  });

  it("end at copying to the clipboard", () => {
    const page = "app://netloom/";
    expect(isPermissionAllowed("clipboard-sanitized-write", page)).toBe(true);
    expect(isPermissionAllowed("clipboard-sanitized-write", "https://example.com/")).toBe(false);
    for (const permission of ["media", "geolocation", "usb", "fileSystem", "openExternal"]) {
      expect(isPermissionAllowed(permission, page)).toBe(false);
    }
  });

  it("come over a scheme that is a secure context but bypasses no policy", () => {
    expect(schemePrivileges.privileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
      codeCache: true,
      bypassCSP: false,
      allowServiceWorkers: false,
      corsEnabled: false,
    });
  });
});

describe("the start", () => {
  it.each([
    [["--cli", "check", "a.netloom"], { kind: "command", args: ["check", "a.netloom"] }],
    [["train", "mnist-mlp", "--json"], { kind: "command", args: ["train", "mnist-mlp", "--json"] }],
    [["--no-sandbox", "--cli", "--version"], { kind: "command", args: ["--version"] }],
    [["--version"], { kind: "command", args: ["--version"] }],
    [[], { kind: "window", files: [], hasInPageDialogs: false }],
    [["a.netloom"], { kind: "window", files: ["a.netloom"], hasInPageDialogs: false }],
    [
      ["--enable-x", "a.netloom", "b.txt"],
      { kind: "window", files: ["a.netloom"], hasInPageDialogs: false },
    ],
    [["--in-page-dialogs"], { kind: "window", files: [], hasInPageDialogs: true }],
  ])("with %j is understood", (args, expected) => {
    expect(readLaunchArguments(args)).toEqual(expected);
  });

  it("leaves out the executable and, in development, the application's folder", () => {
    expect(dropExecutable(["netloom", "a.netloom"], true)).toEqual(["a.netloom"]);
    const development = ["electron", "--no-sandbox", "/repo", "a.netloom"];
    expect(dropExecutable(development, false)).toEqual(["--no-sandbox", "a.netloom"]);
  });
});

describe("the menu", () => {
  it.each([true, false])("sends commands to the page (on a Mac: %s)", (isMac) => {
    const sent: string[] = [];
    const template = menuTemplate({ isMac, isPackaged: true, runCommand: (id) => sent.push(id) });
    const items = template.flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []));
    const save = items.find((item) => item.id === "project.save");
    // Electron passes the item, the window and the event; the click needs none of them.
    Reflect.apply(save?.click ?? (() => {}), null, []);
    expect(sent).toEqual(["project.save"]);
    expect(save?.registerAccelerator).toBe(false);
    expect(items.some((item) => item.role === "toggleDevTools")).toBe(false);
  });

  it("names only commands that the page has", () => {
    const known = listCommandPatterns();
    const unknown = listMenuCommands().filter((id) => !known.some((pattern) => pattern.test(id)));
    expect(unknown).toEqual([]);
  });
});

describe("the system's dialogs", () => {
  it("fit what is chosen", () => {
    const plan = (
      purpose: "open-project" | "save-project" | "data" | "export",
      wanted: "file" | "folder" | "either" = "either",
    ) => planDialog(purpose, { suggestedName: "a.netloom", wanted });
    expect(plan("save-project")).toMatchObject({
      kind: "save",
      options: { defaultPath: "a.netloom" },
    });
    expect(plan("open-project")).toMatchObject({
      kind: "open",
      options: { properties: ["openFile"] },
    });
    expect(plan("data").options.properties).toEqual(["openFile", "openDirectory"]);
    expect(plan("data", "file").options.properties).toEqual(["openFile"]);
    expect(plan("data", "folder").options.properties).toEqual(["openDirectory"]);
    expect(plan("export").options.properties).toContain("openDirectory");
  });
});

/** The ids in the page's command definitions; parts filled in at run time match anything. */
function listCommandPatterns(): RegExp[] {
  const renderer = fileURLToPath(new URL("../../renderer", import.meta.url));
  const files = readdirSync(renderer, { recursive: true }).map(String);
  return files
    .filter((file) => /Commands\.tsx?$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(renderer, file), "utf8");
      return [...text.matchAll(/["`]([a-zA-Z]+\.[\w.${}]+)["`]/g)].map(([, id = ""]) => {
        const escaped = id.split(/\$\{\w+\}/).map((part) => part.replaceAll(".", "\\."));
        return new RegExp(`^${escaped.join("\\w+")}$`);
      });
    });
}

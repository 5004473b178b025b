import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  _electron,
  test as base,
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
} from "@playwright/test";

export { expect } from "@playwright/test";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where the real data is, or null: `NETLOOM_TEST_DATA`, else `../shared/data` beside the clone. */
export const testData =
  [process.env["NETLOOM_TEST_DATA"], join(root, "../shared/data")].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null;

/** Netloom as a user has it: a window, and a folder of its own. */
export interface App {
  readonly page: Page;
  /** The application's data folder and a folder for the user's files, both temporary. */
  readonly home: string;
  readonly files: string;
  /** Quits without warning, as a crash would, and starts again on the same folders. */
  restart(): Promise<Page>;
}

export interface AppOptions {
  readonly colorScheme: "light" | "dark";
}

export const test = base.extend<{ app: App; appOptions: AppOptions }>({
  appOptions: [{ colorScheme: "light" }, { option: true }],
  app: async ({ appOptions }, use, testInfo) => {
    const home = mkdtempSync(join(tmpdir(), "netloom-home-"));
    const files = mkdtempSync(join(tmpdir(), "netloom-files-"));
    const isElectron = testInfo.project.name === "electron";
    if (isElectron) {
      const reason = findElectronObstacle();
      testInfo.skip(reason !== null, reason ?? "");
    }
    const start = isElectron ? startElectron : startBrowser;
    let shell = await start(home, files, appOptions);
    const complaints: string[] = [];
    watchPage(shell.page, complaints);
    await use({
      get page() {
        return shell.page;
      },
      home,
      files,
      async restart() {
        await shell.kill();
        shell = await start(home, files, appOptions);
        watchPage(shell.page, complaints);
        return shell.page;
      },
    });
    await shell.kill();
    for (const folder of [home, files]) rmSync(folder, { recursive: true, force: true });
    base.expect(complaints, "errors in the page's console").toEqual([]);
  },
});

interface Shell {
  readonly page: Page;
  kill(): Promise<void>;
}

/** Uncaught errors and refused content are failures, whatever else the test looked at. */
function watchPage(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && /Content Security Policy|Uncaught|React/.test(text)) {
      complaints.push(text);
    }
  });
}

const viewport = { width: 1440, height: 900 };

async function startBrowser(home: string, files: string, options: AppOptions): Promise<Shell> {
  const { server, address } = await serve(home, files);
  let browser: Browser | undefined;
  let context: BrowserContext;
  try {
    browser = await launchChromium();
    context = await browser.newContext({
      viewport,
      colorScheme: options.colorScheme,
      permissions: ["clipboard-read", "clipboard-write"],
    });
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
  const page = await context.newPage();
  await page.goto(address);
  return {
    page,
    async kill() {
      await browser.close();
      server.kill("SIGKILL");
    },
  };
}

/** Chromium with WebGPU, by SwiftShader where there is no GPU; or without WebGPU and WebGL, so that the processor trains. */
export function launchChromium({
  hasGpu = true,
}: { readonly hasGpu?: boolean } = {}): Promise<Browser> {
  const executablePath = process.env["NETLOOM_BROWSER"];
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...(hasGpu
        ? [
            "--enable-unsafe-webgpu",
            "--use-webgpu-adapter=swiftshader",
            "--enable-unsafe-swiftshader",
          ]
        : ["--disable-gpu", "--disable-3d-apis", "--disable-features=WebGPUService"]),
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Starts the built browser shell on a free port; resolves when it has printed its address. */
export function serve(
  home: string,
  files: string,
): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(
    process.execPath,
    [join(root, "dist/browser/main.js"), "--no-open", "--port", "0"],
    {
      cwd: files,
      env: { ...process.env, NETLOOM_HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /http:\/\/\S+/.exec(output)?.[0];
      if (address) resolve({ server, address });
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", () =>
      reject(new Error(`The browser shell ended before it served:\n${output}`)),
    );
  });
}

async function startElectron(home: string, files: string, options: AppOptions): Promise<Shell> {
  const application = await _electron.launch({
    // Files are chosen in the page, where a test can reach them.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), root, "--in-page-dialogs"],
    cwd: files,
    env: { ...cleanEnvironment(), NETLOOM_HOME: home },
    colorScheme: options.colorScheme,
  });
  const page = await application.firstWindow();
  return {
    page,
    async kill() {
      application.process().kill("SIGKILL");
      await application.close().catch(() => undefined);
    },
  };
}

function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** Why Electron can't be tested here, in words, or null. */
function findElectronObstacle(): string | null {
  const script = `import("./build/electronBinary.mjs").then((m) => process.stdout.write(m.findElectronBinary() ?? ""))`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
  return stdout === "" ? "no Electron binary is installed and none could be had" : null;
}

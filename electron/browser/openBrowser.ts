import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";

export interface OpenSurroundings {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a program of that name or path can be run. */
  readonly canRun: (program: string) => boolean;
}

/**
 * The command that shows an address in a window: a Chromium without address bar where there is one (WebGPU is best
 * there), else the system's browser. Null where there is no display.
 */
export function findOpenCommand(
  address: string,
  { platform, environment, canRun }: OpenSurroundings,
): readonly [string, ...string[]] | null {
  const appWindow = `--app=${address}`;
  switch (platform) {
    case "darwin": {
      const chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
      return canRun(chrome) ? [chrome, appWindow] : ["open", address];
    }
    case "win32": {
      const chrome = listWindowsBrowsers(environment).find(canRun);
      // `start` is part of the shell; the empty string is the window's title.
      return chrome === undefined
        ? ["cmd", "/c", "start", "", address.replaceAll("&", "^&")]
        : [chrome, appWindow];
    }
    default: {
      if (!environment["DISPLAY"] && !environment["WAYLAND_DISPLAY"]) return null;
      const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
      const chrome = names.find(canRun);
      if (chrome !== undefined) {
        // Chromium refuses to run as root with its sandbox, and root has chosen to go without.
        const isRoot = process.getuid?.() === 0;
        return isRoot ? [chrome, "--no-sandbox", appWindow] : [chrome, appWindow];
      }
      return canRun("xdg-open") ? ["xdg-open", address] : null;
    }
  }
}

/** Opens a window and lets it live on its own. Returns whether it was started. */
export function openWindow(address: string): boolean {
  const { platform, env: environment } = process;
  const command = findOpenCommand(address, { platform, environment, canRun: isOnPath });
  if (command === null) return false;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
  return true;
}

function listWindowsBrowsers(environment: OpenSurroundings["environment"]): string[] {
  const bases = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].map(
    (name) => environment[name],
  );
  return bases
    .filter((base) => base !== undefined)
    .flatMap((base) => [
      `${base}\\Google\\Chrome\\Application\\chrome.exe`,
      `${base}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]);
}

function isOnPath(program: string): boolean {
  const folders = path.isAbsolute(program)
    ? [""]
    : (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.some((folder) => {
    try {
      accessSync(folder === "" ? program : path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

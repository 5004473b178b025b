import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { err, ok, type Result } from "#shared/base/result.ts";

/** WebGPU in Node, ready for tfjs. Call `release` when done: while the instance is alive, Node does not exit. */
export interface NodeWebgpu {
  /** "NVIDIA H200", "SwiftShader driver 5.0.0": for the status line and run files. */
  readonly adapter: string;
  /** True where a rasteriser on the CPU stands in for a GPU: right, but slow. */
  readonly isSoftware: boolean;
  release(): void;
}

export interface NodeWebgpuIssue {
  readonly code: "no-package" | "no-adapter";
  readonly message: string;
}

/**
 * Puts WebGPU (Dawn, through the optional package `webgpu`) where tfjs looks for it: `globalThis.navigator.gpu` and
 * the constants (`GPUBufferUsage` …). Call before importing `@tensorflow/tfjs-backend-webgpu`, which registers its
 * backend at import and only where `navigator.gpu` is there. A GPU's own driver is preferred; without one, SwiftShader
 * is taken from an installed Chromium, Chrome or Electron.
 */
export async function installNodeWebgpu(): Promise<Result<NodeWebgpu, NodeWebgpuIssue>> {
  let dawn: typeof import("webgpu");
  try {
    dawn = await import("webgpu");
  } catch {
    return err({
      code: "no-package",
      message: `WebGPU in Node needs the optional package "webgpu", which has no build for ${process.platform}-${process.arch}. Use the backend "cpu".`,
    });
  }
  const tries = process.platform === "linux" ? listLinuxDrivers() : [null];
  for (const folder of tries) {
    if (folder !== null) useSwiftShader(folder);
    const gpu = dawn.create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) continue;
    Object.assign(globalThis, dawn.globals);
    provideNavigator(gpu);
    return ok({
      adapter: adapter.info.description || adapter.info.device || adapter.info.vendor,
      isSoftware: /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(
        `${adapter.info.architecture} ${adapter.info.description} ${adapter.info.device}`,
      ),
      release: () => provideNavigator(undefined),
    });
  }
  return err({
    code: "no-adapter",
    message:
      "WebGPU in Node found no adapter: neither a GPU driver with Vulkan nor a Chromium with SwiftShader. " +
      'Use the backend "cpu", or name a driver in VK_DRIVER_FILES.',
  });
}

/** Node 20 has no `navigator`; later ones have one with a getter, whose object can still be given a property. */
function provideNavigator(gpu: unknown): void {
  const holder: unknown = Reflect.get(globalThis, "navigator");
  if (typeof holder === "object" && holder !== null) {
    Object.defineProperty(holder, "gpu", { value: gpu, configurable: true, writable: true });
  } else {
    const userAgent = `Node.js/${process.versions.node.split(".")[0]}`;
    Object.defineProperty(globalThis, "navigator", {
      value: { userAgent, gpu },
      configurable: true,
      writable: true,
    });
  }
}

/**
 * What to try in turn: null is the system's own Vulkan, a folder is a SwiftShader in it. The system's is only tried
 * where it can succeed, because Dawn prints a warning on stderr when `libvulkan.so.1` is missing.
 */
function listLinuxDrivers(): (string | null)[] {
  const isChosen =
    process.env["VK_DRIVER_FILES"] !== undefined || process.env["VK_ICD_FILENAMES"] !== undefined;
  const hasLoader = libraryFolders().some((folder) =>
    existsSync(path.join(folder, "libvulkan.so.1")),
  );
  const hasDriver = driverFolders().some((folder) => listNames(folder).length > 0);
  const hasDevice =
    existsSync("/dev/nvidia0") ||
    existsSync("/dev/dxg") ||
    listNames("/dev/dri").some((name) => name.startsWith("renderD"));
  const software = swiftShaderFolders().filter((folder) =>
    existsSync(path.join(folder, "vk_swiftshader_icd.json")),
  );
  if (isChosen) return hasLoader ? [null] : software;
  return hasLoader && hasDriver && hasDevice ? [null, ...software] : software;
}

/**
 * Points Vulkan at SwiftShader's driver. The loader beside it is loaded first and kept, so that Dawn finds one by its
 * name on machines without the system package: `process.dlopen` fails, since it is no Node add-on, but RTLD_NODELETE
 * leaves the library in the process.
 */
function useSwiftShader(folder: string): void {
  process.env["VK_DRIVER_FILES"] ??= path.join(folder, "vk_swiftshader_icd.json");
  const isSystemLoader = libraryFolders().some((other) =>
    existsSync(path.join(other, "libvulkan.so.1")),
  );
  const loader = path.join(folder, "libvulkan.so.1");
  if (isSystemLoader || !existsSync(loader)) return;
  const RTLD_NOW = 2;
  const RTLD_GLOBAL = 0x100;
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, loader, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch {
    // Expected: "Module did not self-register".
  }
}

function libraryFolders(): string[] {
  const listed = (process.env["LD_LIBRARY_PATH"] ?? "").split(":").filter((entry) => entry !== "");
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return [...listed, `/usr/lib/${triplet}`, `/lib/${triplet}`, "/usr/lib64", "/usr/lib"];
}

function driverFolders(): string[] {
  const folders = ["/usr/share", "/usr/local/share", "/etc", path.join(homedir(), ".local/share")];
  return folders.map((folder) => path.join(folder, "vulkan/icd.d"));
}

function swiftShaderFolders(): string[] {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const playwright =
    process.env["PLAYWRIGHT_BROWSERS_PATH"] ?? path.join(homedir(), ".cache/ms-playwright");
  const downloaded = listNames(playwright)
    .filter((name) => name.startsWith("chromium"))
    .flatMap((name) => [
      path.join(playwright, name, "chrome-linux"),
      path.join(playwright, name, "chrome-linux64"),
      path.join(playwright, name, "chrome-headless-shell-linux64"),
    ]);
  return [
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
    path.join(root, "node_modules/electron/dist"),
    ...downloaded,
  ];
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

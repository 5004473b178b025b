import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const requireHere = createRequire(import.meta.url);
const load = () => structuredClone(requireHere("./electron-builder.config.cjs"));

/** electron-builder's own check, with its own schema, as it runs before every build. */
async function validate(configuration: unknown): Promise<void> {
  const requireBuilder = createRequire(requireHere.resolve("electron-builder/package.json"));
  const { validateConfiguration } = requireBuilder("app-builder-lib/out/util/config/config.js");
  await validateConfiguration(configuration, { isEnabled: false });
}

describe("the packaging configuration", () => {
  it("is one that electron-builder accepts", async () => {
    await expect(validate(load())).resolves.toBeUndefined();
    // The check itself must be able to fail.
    await expect(validate({ ...load(), electronFuses: { runAsNod: false } })).rejects.toThrow();
  });

  it("makes installers for the three systems", () => {
    const { linux, mac, win } = load();
    expect([linux.target, mac.target, win.target]).toEqual([
      ["AppImage", "deb"],
      ["dmg"],
      ["nsis"],
    ]);
  });

  it("blows every fuse that would let others run code in the application", () => {
    expect(load().electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
    expect(load().asar).toBe(true);
  });

  it("opens project files and has its icon", () => {
    expect(load().fileAssociations[0].ext).toBe("netloom");
    expect(existsSync(path.join(root, load().icon))).toBe(true);
  });

  it("takes along every package that Node code imports", () => {
    const excluded = new Set(
      load()
        .linux.files.filter((pattern: string) => pattern.startsWith("!node_modules/"))
        .map((pattern: string) => pattern.replace(/^!node_modules\/(.+)\/\*\*$/, "$1")),
    );
    // The browser shell is not in the package.
    const imported = listImports([
      "electron/services",
      "electron/desktop",
      "electron/cli",
      "shared",
    ]);
    expect(imported).toContain("hono");
    expect(imported.filter((name) => excluded.has(name))).toEqual([]);
    expect(excluded).toContain("monaco-editor");
  });
});

/** Names of packages imported under the given folders, tests left out. */
function listImports(folders: readonly string[]): string[] {
  const names = new Set<string>();
  for (const folder of folders) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true })) {
      const file = String(entry);
      if (!file.endsWith(".ts") || /\.(test|testkit)\.ts$/.test(file)) continue;
      const text = readFileSync(path.join(root, folder, file), "utf8");
      for (const [, name = ""] of text.matchAll(
        /(?:from |import\()"((?:@[\w-]+\/)?[\w][\w.-]*)(?:\/[^"]*)?"/g,
      )) {
        names.add(name);
      }
    }
  }
  return [...names];
}

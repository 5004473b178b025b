import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * What can be built into `dist/<name>`: the entry points, and the files and folders whose bytes decide whether the
 * result is stale. The layout of `dist` mirrors the sources' depth: `../../templates` leads from each to the templates.
 */
export const targets = {
  renderer: {
    kind: "page",
    inputs: ["renderer", "shared", "build/vite.renderer.config.ts"],
  },
  cli: {
    kind: "node",
    entries: { main: "electron/cli/main.ts", trainingThread: "electron/cli/trainingThread.ts" },
    inputs: ["electron/cli", "electron/services", "shared"],
  },
  browser: {
    kind: "node",
    entries: { main: "electron/browser/main.ts" },
    inputs: ["electron/browser", "electron/services", "shared"],
  },
  desktop: {
    kind: "node",
    entries: { main: "electron/desktop/main.ts" },
    preload: "electron/desktop/preload.ts",
    inputs: ["electron/desktop", "electron/services", "shared"],
  },
};

const alwaysInputs = ["package.json", "package-lock.json", "build/targets.mjs", "build/bundle.mjs"];
const isSource = (name) =>
  /\.(ts|tsx|mjs|js|json|css|html|svg|png|woff2)$/.test(name) &&
  !/\.(test|testkit)\.tsx?$/.test(name);

/** SHA-256 over names and bytes of everything that goes into a target: the same hash means the same output. */
export async function hashInputs(name) {
  const inputs = [...alwaysInputs, ...targets[name].inputs];
  const lists = await Promise.all(inputs.map((input) => listFiles(path.join(root, input))));
  const files = lists.flat().sort((left, right) => (left < right ? -1 : 1));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash("sha256");
  for (const [index, file] of files.entries()) {
    hash
      .update(`${path.relative(root, file)}\0${contents[index].length}\0`)
      .update(contents[index]);
  }
  return hash.digest("hex");
}

/** The hash that the target in `dist` was built from, or null. */
export async function readBuiltHash(name) {
  try {
    return (await readFile(path.join(root, "dist", name, ".inputs"), "utf8")).trim();
  } catch {
    return null;
  }
}

async function listFiles(place) {
  let entries;
  try {
    entries = await readdir(place, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [place];
    if (error.code === "ENOENT") return [];
    throw error;
  }
  const nested = entries.map((entry) => {
    const child = path.join(place, entry.name);
    if (entry.isDirectory()) return listFiles(child);
    return entry.isFile() && isSource(entry.name) ? [child] : [];
  });
  return (await Promise.all(nested)).flat();
}

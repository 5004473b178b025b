import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { hashInputs, readBuiltHash, root, targets } from "./targets.mjs";

/**
 * Builds `dist/<name>` unless it is up to date. Safe to call from several processes at once: one builds, the others
 * wait for it. The finished folder replaces the old one by rename, so a reader never sees half a build.
 * `force` builds always. Returns whether it built.
 */
export async function buildTarget(name, { force = false } = {}) {
  const hash = await hashInputs(name);
  if (!force && (await readBuiltHash(name)) === hash) return false;
  await mkdir(path.join(root, "dist"), { recursive: true });
  const release = await takeLock(path.join(root, "dist", `.lock-${name}`));
  try {
    if (!force && (await readBuiltHash(name)) === hash) return false;
    const fresh = path.join(root, "dist", `.new-${name}`);
    await rm(fresh, { recursive: true, force: true });
    // Vite is loaded only here: an up-to-date start doesn't pay for it.
    const vite = await import("vite");
    const target = targets[name];
    if (target.kind === "page") await buildPage(vite, fresh);
    else await buildForNode(vite, target, fresh);
    await writeFile(path.join(fresh, ".inputs"), `${hash}\n`);
    await swapIn(fresh, path.join(root, "dist", name));
    return true;
  } finally {
    await release();
  }
}

function buildPage(vite, outDir) {
  return vite.build({
    configFile: path.join(root, "build/vite.renderer.config.ts"),
    logLevel: "error",
    build: { outDir, emptyOutDir: true },
  });
}

/**
 * One bundle for Node with the sources in it. Packages stay imports of node_modules, which keeps native modules and
 * their data files where they belong and the build fast; electron-builder takes the same packages along.
 */
async function buildForNode(vite, target, outDir) {
  const common = {
    configFile: false,
    root,
    publicDir: false,
    logLevel: "error",
    define: { __NETLOOM_VERSION__: JSON.stringify(await readVersion()) },
  };
  await vite.build({
    ...common,
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      target: "node20",
      rolldownOptions: {
        input: Object.fromEntries(
          Object.entries(target.entries).map(([key, file]) => [key, path.join(root, file)]),
        ),
        output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
      },
    },
  });
  if (target.preload === undefined) return;
  // A sandboxed preload script is CommonJS and one file.
  await vite.build({
    ...common,
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      target: "node20",
      rolldownOptions: {
        input: { preload: path.join(root, target.preload) },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  });
}

async function readVersion() {
  return JSON.parse(await readFile(path.join(root, "package.json"), "utf8")).version;
}

async function swapIn(fresh, place) {
  const old = `${place}.old-${process.pid}`;
  try {
    await rename(place, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  await rename(fresh, place);
  await rm(old, { recursive: true, force: true });
}

/** A lock folder with its owner's process id in it; the lock of a process that is gone is taken over. */
async function takeLock(place) {
  for (;;) {
    try {
      await mkdir(place);
      await writeFile(path.join(place, "pid"), String(process.pid));
      return () => rm(place, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!(await isHeld(place))) await rm(place, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isHeld(place) {
  // Between making the folder and writing the id there is a moment without one: ask twice.
  for (let attempt = 0; attempt < 2; attempt++) {
    const pid = Number(await readFile(path.join(place, "pid"), "utf8").catch(() => "0"));
    if (pid > 0) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return error.code === "EPERM";
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

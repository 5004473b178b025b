import { join } from "node:path";
import { build } from "vite";
import { root } from "../../app.ts";

const folder = join(root, ".cache/bench");

/** Bundles what runs in fresh Node processes; `npm` packages stay imports. Returns the file. */
export async function buildChild(): Promise<string> {
  await buildForNode(join(folder, "node"), { child: "child" });
  return join(folder, "node/child.js");
}

/** Bundles the whole benchmark of training into `folder`, with everything in it but the native package `webgpu`. */
export function buildStandalone(target: string): Promise<unknown> {
  return buildForNode(target, { child: "child", bench: "standalone" }, { noExternal: true });
}

function buildForNode(
  outDir: string,
  entries: Readonly<Record<string, string>>,
  ssr: { readonly noExternal?: true } = {},
): Promise<unknown> {
  return build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: "error",
    ssr: { ...ssr, external: ["webgpu"] },
    build: { ...describeOutput(outDir, entries), ssr: true, target: "node20" },
  });
}

/** Bundles the page that runs in a browser, packages and all. Returns its folder. */
export async function buildPage(): Promise<string> {
  const outDir = join(folder, "page");
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: "error",
    build: { ...describeOutput(outDir, { page: "page" }), target: "es2023" },
  });
  return outDir;
}

function describeOutput(outDir: string, entries: Readonly<Record<string, string>>) {
  const input = Object.entries(entries).map(([name, file]) => [
    name,
    join(root, `e2e/bench/training/${file}.ts`),
  ]);
  return {
    outDir,
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(input) as Record<string, string>,
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  };
}

// `node build/packBench.mjs`: packs `npm run bench -- train` for a Linux machine that has a GPU and Python, but neither Node nor a
// network: `.cache/packed-bench/bench.tar.xz` with Node itself, the package `webgpu`, the bundled benchmark and a Vulkan loader, and
// `run.sh`, which unpacks it and starts it: `bash run.sh [--folder RESULTS] [--workload ID] [--windows N] [--resume]`. Copy the
// `train-*.json` that it leaves in RESULTS into `.cache`, and `npm run readme` tells of that device too.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const target = ".cache/packed-bench";
const staging = path.join(target, "bench");
const largestMiB = 64;

if (process.platform !== "linux") fail("Only a Linux machine can pack for another one.");
rmSync(target, { recursive: true, force: true });
const { module } = await runnerImport("./e2e/bench/training/buildBundles.ts", {
  configFile: false,
  logLevel: "error",
});
await module.buildStandalone(path.resolve(staging));
writeFileSync(path.join(staging, "package.json"), '{ "type": "module" }\n');
copyFileSync(process.execPath, path.join(staging, "node"));
packWebgpu();
packVulkanLoader();
const archive = path.join(target, "bench.tar.xz");
const packed = spawnSync("tar", ["-cJf", archive, "-C", target, "bench"], {
  stdio: "inherit",
  env: { ...process.env, XZ_OPT: "-T0" },
});
if (packed.status !== 0) fail("tar with xz is needed.");
rmSync(staging, { recursive: true });
const mebibytes = statSync(archive).size / 2 ** 20;
if (mebibytes > largestMiB) fail(`${archive} has ${mebibytes.toFixed(0)} MiB.`);
writeFileSync(path.join(target, "run.sh"), describeRun());
console.log(`${target}: ${mebibytes.toFixed(0)} MiB`);
process.exit(0);

/** Only this machine's native module: the package has five. */
function packWebgpu() {
  const own = `dist/${process.platform}-${process.arch}/dawn.node`;
  for (const file of ["package.json", "index.js", "LICENSE.md", own]) {
    cpSync(path.join("node_modules/webgpu", file), path.join(staging, "node_modules/webgpu", file));
  }
}

/** A machine for computing has the GPU's driver, but may lack the loader that leads to it. */
function packVulkanLoader() {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const found = [`/usr/lib/${triplet}`, "/usr/lib64", "/usr/lib", "/usr/lib/chromium"]
    .map((folder) => path.join(folder, "libvulkan.so.1"))
    .find((file) => existsSync(file));
  if (found === undefined)
    return console.log("No Vulkan loader here: the other machine needs one.");
  mkdirSync(path.join(staging, "lib"), { recursive: true });
  copyFileSync(found, path.join(staging, "lib/libvulkan.so.1"));
}

function describeRun() {
  return `#!/usr/bin/env bash
# Unpacks the benchmark beside nothing of yours and runs it. Needs python3 and a GPU's driver with Vulkan.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
place=\${NETLOOM_BENCH:-/tmp/netloom-bench}
mkdir -p "$place"
[ -x "$place/bench/node" ] || python3 -c 'import sys, tarfile
with tarfile.open(sys.argv[1]) as archive: archive.extractall(sys.argv[2])' "$here/bench.tar.xz" "$place"
ldconfig -p 2>/dev/null | grep -q 'libvulkan\\.so\\.1' || export LD_LIBRARY_PATH="$place/bench/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if [ -z "\${VK_DRIVER_FILES:-}" ]; then
  for file in {/usr/local/nvidia/share,/usr/share,/usr/local/share,/etc}/vulkan/icd.d/nvidia_icd*.json; do
    if [ -f "$file" ]; then export VK_DRIVER_FILES="$file"; break; fi
  done
fi
export XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/tmp}"
exec "$place/bench/node" "$place/bench/bench.js" "$@"
`;
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

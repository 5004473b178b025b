#!/usr/bin/env node
// npm start [-- PROJECT] [--browser] [--no-open] [--port N]: builds what is stale, then opens Netloom: in Electron
// where it can run, otherwise the same application as a page served on loopback.
import { spawn } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildTarget } from "./bundle.mjs";
import {
  downloadElectronBinary,
  findElectronBinary,
  whyNoElectronDownload,
} from "./electronBinary.mjs";
import { root } from "./targets.mjs";

const usage = `npm start [-- [PROJECT] [--browser] [--no-open] [--port N]]
  PROJECT    a *.netloom file to open
  --browser  serve on loopback even where Electron could run
  --no-open  serve on loopback and only print the address
  --port N   the port to serve on (default: any free one)`;
/** An Electron download takes well under this on any network worth waiting for. */
const downloadTimeoutMs = 120_000;

/** An Electron that ends sooner than this, and not well, could not start (no sandbox, no GL, a broken display). */
const failedStartMs = 10_000;

const options = readOptions();
const electron = await findElectron();
await build("renderer");
if (electron.path === null) {
  await serveToBrowser(electron.reason);
} else {
  await build("desktop");
  // Chromium refuses to run as root with its sandbox.
  const flags = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const startMs = performance.now();
  const { code, isStopped } = await runShell(electron.path, [...flags, root, ...options.files]);
  const hasFailed = code !== 0 && !isStopped && performance.now() - startMs < failedStartMs;
  if (!hasFailed) process.exit(typeof code === "number" ? code : 1);
  await serveToBrowser(`Electron could not start here (it ended with ${code})`);
}

/** `reason`: why not in Electron; null where the browser was asked for. */
async function serveToBrowser(reason) {
  if (reason !== null) console.log(`${reason}: serving Netloom to a browser instead.`);
  await build("browser");
  const open = options.isOpening ? [] : ["--no-open"];
  const args = ["--port", String(options.port), ...open, ...options.files];
  const { code } = await runShell(process.execPath, [
    path.join(root, "dist/browser/main.js"),
    ...args,
  ]);
  process.exit(typeof code === "number" ? code : 1);
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        browser: { type: "boolean", default: false },
        "no-open": { type: "boolean", default: false },
        port: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port takes a number from 0 to 65535, got "${values.port}".`);
    return {
      isBrowserWanted: values.browser || values["no-open"] || values.port !== undefined,
      isOpening: !values["no-open"],
      port,
      // npm starts scripts in the package's folder; a file was named from the caller's.
      files: positionals.map((file) => path.resolve(process.env.INIT_CWD ?? ".", file)),
    };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    return process.exit(2);
  }
}

/** Electron's executable, or the reason in words why the browser shell serves instead (null: it was asked for). */
async function findElectron() {
  if (options.isBrowserWanted) return { path: null, reason: null };
  const hasDisplay =
    process.platform !== "linux" ||
    Boolean(process.env.DISPLAY) ||
    Boolean(process.env.WAYLAND_DISPLAY);
  if (!hasDisplay) return { path: null, reason: "There is no display for a window" };
  const present = findElectronBinary();
  if (present !== null) return { path: present };
  const obstacle = whyNoElectronDownload();
  if (obstacle !== null) return { path: null, reason: `Electron is not here (${obstacle})` };
  console.log("Fetching Electron (once) …");
  const fetched = await downloadElectronBinary({ timeoutMs: downloadTimeoutMs });
  if (fetched !== null) return { path: fetched };
  return { path: null, reason: "Electron could not be fetched (is there a network?)" };
}

async function build(name) {
  try {
    const startMs = performance.now();
    if (await buildTarget(name))
      console.log(`Built ${name} in ${((performance.now() - startMs) / 1000).toFixed(1)} s.`);
  } catch (error) {
    console.error(`The ${name} could not be built.\n${error.message ?? error}`);
    process.exit(1);
  }
}

/** Runs a shell until it ends; Ctrl-C reaches it too. `isStopped`: it was told to end, by us or a signal. */
function runShell(command, args) {
  const env = { ...process.env };
  // Set in some editors' terminals: would make Electron start as plain Node.
  delete env.ELECTRON_RUN_AS_NODE;
  const child = spawn(command, args, { stdio: "inherit", env });
  let isStopped = false;
  const stop = (signal) => {
    // From a terminal the signal reached the whole group: the child then ends by itself and a second one is harmless.
    isStopped = true;
    child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`Netloom could not be started: ${error.message}`);
      resolve({ code: 1, isStopped });
    });
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, stop);
      resolve({ code: code ?? (isStopped ? 0 : (signal ?? 1)), isStopped });
    });
  });
}

// Makes a Python environment with Keras for the tests that compare with it. Prints one line and never fails: without
// Python, or without a network, those tests are skipped.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const run = promisify(execFile);
const installTimeoutMs = 10 * 60_000;

/** The interpreter that the tests use: NETLOOM_PYTHON, or the one in Netloom's cache folder. */
export function findPython() {
  const chosen = process.env["NETLOOM_PYTHON"];
  if (chosen) return chosen;
  const cache = process.env["NETLOOM_CACHE"] ?? join(homedir(), ".cache", "netloom");
  const folder = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";
  return join(cache, "python", folder);
}

/** Keras's version, or null where it can't be imported. */
async function readKerasVersion(python) {
  try {
    const { stdout } = await run(
      python,
      ["-c", "import importlib.metadata as m; m.version('jax'); print(m.version('keras'))"],
      { timeout: 60_000 },
    );
    return stdout.trim();
  } catch {
    return null;
  }
}

/**
 * TensorBoard's reader of event files, without the server around it and what that needs. Its absence skips one test, so
 * a failure is told and passed over.
 */
async function setupTensorBoard(python) {
  const isThere = () =>
    run(python, ["-c", "import tensorboard.compat.proto.event_pb2"], { timeout: 60_000 }).then(
      () => true,
      () => false,
    );
  if (await isThere()) return "TensorBoard's reader is there";
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  try {
    await run(python, [...install, "--no-deps", "tensorboard==2.20.*"], {
      timeout: installTimeoutMs,
    });
    await run(python, [...install, "protobuf", "absl-py", "packaging"], {
      timeout: installTimeoutMs,
    });
  } catch {
    return "TensorBoard's reader can't be installed";
  }
  return (await isThere())
    ? "TensorBoard's reader installed"
    : "TensorBoard's reader does not start";
}

/** One line that tells which referees there are. */
export async function setupPython() {
  const keras = await setupKeras();
  if (keras.python === null) return keras.line;
  return `${keras.line} ${await setupTensorBoard(keras.python)}.`;
}

/** `python` is null where Keras is missing, or where the interpreter is not ours to install into. */
async function setupKeras() {
  const python = findPython();
  const isOurs = !process.env["NETLOOM_PYTHON"];
  const present = await readKerasVersion(python);
  if (present) {
    return {
      line: `Python referee: Keras ${present} is there.`,
      python: isOurs ? python : null,
    };
  }
  const line = await installKeras(python);
  return { line, python: line.endsWith("installed.") ? python : null };
}

async function installKeras(python) {
  if (process.env["NETLOOM_PYTHON"])
    return "Python referee: NETLOOM_PYTHON has no Keras; comparisons with it are skipped.";
  try {
    const folder = join(python, "..", "..");
    await mkdir(folder, { recursive: true });
    if (!existsSync(python))
      await run("python3", ["-m", "venv", folder], { timeout: installTimeoutMs });
    await run(
      python,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "keras>=3.3,<4", "jax"],
      {
        timeout: installTimeoutMs,
      },
    );
  } catch (error) {
    const reason = String(error.stderr || error.message)
      .trim()
      .split("\n")
      .at(-1);
    return `Python referee: not available (${reason}); comparisons with Keras are skipped.`;
  }
  const version = await readKerasVersion(python);
  return version
    ? `Python referee: Keras ${version} installed.`
    : "Python referee: Keras does not start; comparisons with it are skipped.";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await setupPython());

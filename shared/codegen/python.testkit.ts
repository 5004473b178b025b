/** Runs Python for tests: the system's interpreter to parse, Netloom's own environment where Keras is needed. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonValue } from "../base/json.ts";
import type { Values } from "../layers/example.testkit.ts";

export interface RefereeCase {
  /** Printed code that defines `build_model()`. */
  readonly source: string;
  readonly weights: readonly Values[];
  readonly inputs: readonly (Values & { readonly dtype?: string })[];
}

export type RefereeResult =
  | {
      /** One per output. */
      readonly shapes: readonly (readonly (number | null)[])[];
      readonly paramCount: number;
      readonly trainableCount: number;
      readonly values: readonly (readonly number[])[];
    }
  | { readonly error: string };

const referee = fileURLToPath(new URL("../../build/referees/keras_referee.py", import.meta.url));

/** JAX keeps what it has compiled between runs: most of the time goes into that. */
export function kerasEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    KERAS_BACKEND: "jax",
    JAX_PLATFORMS: "cpu",
    JAX_COMPILATION_CACHE_DIR: join(cacheFolder(), "jax"),
    JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: "0",
    JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES: "0",
  };
}

const cacheFolder = () => process.env["NETLOOM_CACHE"] ?? join(homedir(), ".cache", "netloom");

/** The interpreter with Keras, or null: then comparisons are skipped. */
export function findKerasPython(): string | null {
  const python = process.env["NETLOOM_PYTHON"] ?? join(cacheFolder(), "python", "bin", "python");
  if (!process.env["NETLOOM_PYTHON"] && !existsSync(python)) return null;
  const check = spawnSync(python, [
    "-c",
    "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('keras', 'jax'))))",
  ]);
  return check.status === 0 ? python : null;
}

/** `python3`, or null where the machine has none. */
export function findPlainPython(): string | null {
  return spawnSync("python3", ["--version"]).status === 0 ? "python3" : null;
}

/** What Python's parser says to each source: null where it is valid. */
export function parsePython(
  python: string,
  sources: readonly string[],
): readonly (string | null)[] {
  const program = `
import ast, json, sys
def check(source):
    try:
        ast.parse(source.encode("utf-8"))
    except (SyntaxError, ValueError) as error:
        return str(error)
print(json.dumps([check(source) for source in json.load(sys.stdin)]))`;
  const output = execFileSync(python, ["-c", program], {
    input: JSON.stringify(sources),
    encoding: "utf8",
  });
  // The program's own format, two lines above.
  return JSON.parse(output) as (string | null)[];
}

/**
 * Loads the data of every module and evaluates its model on it, of `trained` ones after training. The last line is a
 * JSON object of losses on the validation part.
 */
export function runWithKeras(
  python: string,
  folder: string,
  options: { readonly modules: readonly string[]; readonly trained: readonly string[] },
): string {
  const program = `
import importlib, json, sys
options = json.load(sys.stdin)
losses = {}
for name in options["modules"]:
    module = importlib.import_module(name)
    arguments = [sys.argv[1]] if module.load_data.__code__.co_argcount else []
    if name in options["trained"]:
        model = module.train_model(*arguments)
    else:
        model = module.build_model()
        module.compile_model(model)
    inputs, targets, *weights = module.load_data(*arguments)[1]
    weights = weights[0] if weights else None
    result = model.evaluate(inputs, targets, sample_weight=weights, verbose=0)
    losses[name] = float(result[0] if isinstance(result, list) else result)
print()
print(json.dumps(losses))`;
  return execFileSync(python, ["-c", program, join(folder, "data")], {
    cwd: folder,
    input: JSON.stringify(options),
    encoding: "utf8",
    env: { ...kerasEnvironment(), PYTHONPATH: folder },
    maxBuffer: 1 << 26,
  });
}

export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  /** Without the batch axis. */
  readonly shape: readonly (number | null)[];
  readonly weights: readonly (readonly number[])[];
  /** Names of the layers whose outputs it takes, in order. */
  readonly inputs: readonly string[];
}

export interface TemplateAnswer {
  readonly applications: readonly (readonly KerasLayer[])[];
  readonly scripts: readonly (
    | { readonly paramCount: number; readonly trainableCount: number; readonly loss: number }
    | { readonly error: string }
  )[];
}

const templateReferee = fileURLToPath(
  new URL("../../build/referees/keras_templates.py", import.meta.url),
);

/** Describes Keras Applications, and builds or trains printed scripts, all in one process. */
export function askKerasTemplates(
  python: string,
  question: {
    readonly applications: readonly string[];
    readonly scripts: readonly { readonly source: string; readonly isTrained: boolean }[];
  },
): TemplateAnswer {
  const output = execFileSync(python, [templateReferee], {
    input: JSON.stringify(question),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
    env: kerasEnvironment(),
  });
  // The referee's own format, written beside this file's types.
  return JSON.parse(output) as TemplateAnswer;
}

/** Everything in one process: importing Keras takes seconds. */
export function askKeras(python: string, cases: readonly RefereeCase[]): readonly RefereeResult[] {
  const output = execFileSync(python, [referee], {
    input: JSON.stringify({ cases }),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
    env: kerasEnvironment(),
  });
  // The referee's own format, written beside this file's types.
  return (JSON.parse(output) as { results: RefereeResult[] }).results;
}

/** {}: must be given; otherwise with its default as Keras writes it. */
export type KerasOptions = Readonly<Record<string, { readonly default?: JsonValue }>>;

export interface KerasSignatures {
  /** What the constructor takes, and what the call takes besides the input; null where Keras lacks the class. */
  readonly layers: Readonly<
    Record<string, { readonly init: KerasOptions; readonly call: readonly string[] } | null>
  >;
  /** By class name. */
  readonly initializers: Readonly<Record<string, KerasOptions>>;
  readonly regularizers: Readonly<Record<string, KerasOptions>>;
  readonly constraints: Readonly<Record<string, KerasOptions>>;
  readonly activations: Readonly<Record<string, KerasOptions>>;
}

const signatures = fileURLToPath(
  new URL("../../build/referees/keras_signatures.py", import.meta.url),
);

/** What real Keras takes, by class name of its layers. */
export function askSignatures(python: string, layers: readonly string[]): KerasSignatures {
  const output = execFileSync(python, [signatures], {
    input: JSON.stringify({ layers }),
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["pipe", "pipe", "ignore"],
    env: kerasEnvironment(),
  });
  // The referee's own format, written beside this file's types.
  return JSON.parse(output) as KerasSignatures;
}

import { parseArgs } from "node:util";
import { commandTable, isCommandName, type CommandName, type CommandSpec } from "./commandTable.ts";
import { CliFailure } from "./io.ts";

/** A command line that makes sense so far: known command, known options, as many arguments as it takes. */
export interface Invocation {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  readonly options: OptionValues;
}

export interface OptionValues {
  text(name: string): string | null;
  flag(name: string): boolean;
  /** A whole number from `min` to `max`. */
  int(name: string, min: number, max?: number): number | null;
  /** A number above zero, up to `max`. */
  positive(name: string, max: number): number | null;
  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | null;
}

export function parseInvocation(argv: readonly string[]): Invocation {
  const [command = "", ...rest] = argv;
  if (!isCommandName(command)) {
    if (command === "" || command === "--json") {
      throw new CliFailure(2, `A command is missing. Commands: ${commandNames()}.`);
    }
    throw new CliFailure(2, `There is no command "${command}". Commands: ${commandNames()}.`);
  }
  const spec: CommandSpec = commandTable[command];
  const parsed = parse(rest, spec, command);
  const { insteadOfPositionals: other } = spec;
  const hasOther = other !== undefined && parsed.values[other] !== undefined;
  const names = hasOther ? [] : spec.positionals;
  if (parsed.positionals.length !== names.length || parsed.positionals.includes("")) {
    const wanted = hasOther
      ? `no arguments with --${other}`
      : `${names.join(" ") || "no arguments"}${other === undefined ? "" : ` (or --${other})`}`;
    const given = parsed.positionals.join(" ") || "none";
    throw new CliFailure(2, `"netloom ${command}" takes ${wanted}; given: ${given}.`);
  }
  return { command, positionals: parsed.positionals, options: readOptions(parsed.values) };
}

function parse(rest: readonly string[], spec: CommandSpec, command: CommandName) {
  try {
    return parseArgs({
      args: [...rest],
      options: spec.options,
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new CliFailure(2, `${describeParseError(error)} See "netloom help ${command}".`);
  }
}

/** parseArgs throws paragraphs of its own; the first sentence is what is wrong. */
function describeParseError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const option = /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument (?:is ambiguous|missing)/.exec(
    text,
  )?.[1];
  if (option !== undefined) {
    return `${option} needs a value after it (one that begins with a dash as ${option}=VALUE).`;
  }
  return `${text.split(". ")[0] ?? ""}.`;
}

function readOptions(values: Readonly<Record<string, unknown>>): OptionValues {
  const text = (name: string) => {
    const value = values[name];
    if (value === "") throw new CliFailure(2, `--${name} needs a value, given: nothing.`);
    return typeof value === "string" ? value : null;
  };
  const number = (name: string) => {
    const value = text(name);
    return value === null ? null : value.trim() === "" ? NaN : Number(value);
  };
  return {
    text,
    flag: (name) => values[name] === true,
    int(name, min, max = Number.MAX_SAFE_INTEGER) {
      const value = number(name);
      if (value === null) return null;
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      const bounds = max === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${max}`;
      throw new CliFailure(2, `--${name} must be a whole number of at least ${min}${bounds}.`);
    },
    positive(name, max) {
      const value = number(name);
      if (value === null || (value > 0 && value <= max)) return value;
      throw new CliFailure(2, `--${name} must be a number above 0 and at most ${max}.`);
    },
    choice(name, choices) {
      const value = text(name);
      if (value === null) return null;
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      throw new CliFailure(2, `--${name} must be one of: ${choices.join(", ")}.`);
    },
  };
}

function commandNames(): string {
  return Object.keys(commandTable).join(", ");
}

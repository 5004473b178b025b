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
  /** A whole number of at least `min`. */
  int(name: string, min: number): number | null;
  /** A number above zero. */
  positive(name: string): number | null;
  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | null;
}

export function parseInvocation(argv: readonly string[]): Invocation {
  const [command = "", ...rest] = argv;
  if (!isCommandName(command)) {
    throw new CliFailure(2, `There is no command "${command}". Commands: ${commandNames()}.`);
  }
  const spec: CommandSpec = commandTable[command];
  const parsed = parse(rest, spec, command);
  if (parsed.positionals.length !== spec.positionals.length) {
    const wanted = spec.positionals.join(" ") || "no arguments";
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
    // parseArgs throws sentences of its own; the first is what is wrong.
    const text = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    throw new CliFailure(2, `${text}. See "netloom help ${command}".`);
  }
}

function readOptions(values: Readonly<Record<string, unknown>>): OptionValues {
  const text = (name: string) => {
    const value = values[name];
    return typeof value === "string" ? value : null;
  };
  const number = (name: string) => {
    const value = text(name);
    return value === null ? null : value.trim() === "" ? NaN : Number(value);
  };
  return {
    text,
    flag: (name) => values[name] === true,
    int(name, min) {
      const value = number(name);
      if (value === null || (Number.isSafeInteger(value) && value >= min)) return value;
      throw new CliFailure(2, `--${name} must be a whole number of at least ${min}.`);
    },
    positive(name) {
      const value = number(name);
      if (value === null || (Number.isFinite(value) && value > 0)) return value;
      throw new CliFailure(2, `--${name} must be a number above 0.`);
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

declare const __NETLOOM_VERSION__: string;

/** The command line: takes the arguments after `netloom`, returns the exit code (0 good, 1 errors found, 2 wrong usage). */
export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "--version") {
    process.stdout.write(`${__NETLOOM_VERSION__}\n`);
    return 0;
  }
  process.stderr.write("netloom: no command given.\n");
  return 2;
}

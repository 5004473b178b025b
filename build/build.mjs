#!/usr/bin/env node
// npm run build [-- TARGET… ] [--force]: builds what is stale of dist/{renderer,cli,browser,desktop}.
import { buildTarget } from "./bundle.mjs";
import { targets } from "./targets.mjs";

const args = process.argv.slice(2);
const isForced = args.includes("--force");
const names = args.filter((argument) => argument !== "--force");
const unknown = names.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0) {
  console.error(
    `Unknown target ${unknown.join(", ")}. Known: ${Object.keys(targets).join(", ")}. Options: --force.`,
  );
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(targets)) {
  const startMs = performance.now();
  try {
    const isBuilt = await buildTarget(name, { force: isForced });
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    console.log(isBuilt ? `${name}: built in ${seconds} s` : `${name}: up to date`);
  } catch (error) {
    console.error(`${name}: build failed.\n${error.message ?? error}`);
    process.exit(1);
  }
}

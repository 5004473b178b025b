#!/usr/bin/env node
// node build/recordings.mjs [TEMPLATE …] [--json]: which templates train as recorded steps and why others don't, the
// dispatches of a step, and the processor's time for one on Dawn's null device (no GPU is needed). Networks are made
// smaller, which leaves the number of their layers as it is. Exits with 1 where a template isn't recorded.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer } from "vite";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
// Left open: what the module imports later goes through the server, too.
const server = await createServer({
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, watch: null, hmr: false },
  optimizeDeps: { noDiscovery: true },
});
const { listRecordings } = await server.ssrLoadModule("/build/templates/recordTemplate.testkit.ts");
const known = readdirSync("templates");
const unknown = positionals.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  console.error(`Unknown template ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}

const rows = [];
const tell = ({ id, isRecorded, reason, dispatches, cpuMs }) => {
  const figures = `${String(dispatches).padStart(6)} ${cpuMs.toFixed(2).padStart(9)} ms`;
  console.log(
    `${id.padEnd(30)}${figures}  ${isRecorded ? "recorded" : (reason ?? "not recorded")}`,
  );
};
if (!values.json) console.log(`${"template".padEnd(30)}dispatches  CPU`);
for await (const row of listRecordings(positionals.length > 0 ? positionals : known)) {
  rows.push(row);
  if (!values.json) tell(row);
}
if (values.json) console.log(JSON.stringify(rows));
process.exit(rows.every(({ isRecorded }) => isRecorded) ? 0 : 1);

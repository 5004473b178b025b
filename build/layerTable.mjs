// Prints the README's table of layers: how many settings of each were checked, and against what, counted from the
// last `npm test -- unit`. Usage: node build/layerTable.mjs [VITEST_REPORT.json]
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const reportFile =
  process.argv[2] ?? fileURLToPath(new URL("../.cache/vitest.json", import.meta.url));

/** Columns of the table: in which file, and what a test is called or stands under. */
const checks = [
  { title: "shape and weights", file: "layerContract.test.ts", name: /is what tfjs makes of it/ },
  { title: "values, Keras", file: "keras.test.ts", name: /every layer in Keras/ },
  { title: "slopes", file: "gradients.webgpu.test.ts", name: /agree with finite differences/ },
  { title: "WebGPU", file: "gradients.webgpu.test.ts", name: /agree with the CPU backend/ },
];

if (!existsSync(reportFile)) {
  console.error("There is no .cache/vitest.json: run `npm test -- unit` first.");
  process.exit(1);
}
const tests = JSON.parse(readFileSync(reportFile, "utf8")).testResults.flatMap((file) =>
  file.assertionResults.map((test) => ({
    file: file.name,
    name: test.fullName,
    status: test.status,
  })),
);

/** Titles begin with the layer's type: `conv2d {"filters":4} on [[8,8,1]]`. */
function count(type, { file, name }) {
  const own = new RegExp(`(^|[\\s'"])${type} \\{`);
  const ran = tests.filter(
    (test) => test.file.endsWith(file) && name.test(test.name) && own.test(test.name),
  );
  const passed = ran.filter(({ status }) => status === "passed").length;
  const failed = ran.filter(({ status }) => status === "failed").length;
  if (failed > 0) return `${passed} of ${passed + failed}`;
  return passed === 0 ? "–" : String(passed);
}

const server = await createServer({
  root,
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { layerDefinitions } = await server.ssrLoadModule("/shared/layers/registry.ts");
await server.close();

const rows = layerDefinitions
  .filter(({ category }) => category !== "io")
  .map((definition) => [
    definition.title,
    definition.category,
    Object.keys(definition.params).length,
    ...checks.map((check) => count(definition.type, check)),
  ]);
const head = ["Layer", "Group", "Options", ...checks.map(({ title }) => title)];
console.log(
  [head, head.map((_title, index) => (index < 2 ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n"),
);

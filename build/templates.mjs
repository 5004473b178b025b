// Writes `templates/<id>/project.netloom` for every template that `build/templates` draws. Cards and pages beside them
// are written by hand. Usage: npm run templates [-- ID …]
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);

const server = await createServer({
  root,
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { templates } = await server.ssrLoadModule("/build/templates/allTemplates.ts");
  const { makeProject } = await server.ssrLoadModule("/build/templates/template.ts");
  const { serializeProject } = await server.ssrLoadModule("/shared/project/serializeProject.ts");
  for (const template of templates) {
    if (wanted.length > 0 && !wanted.includes(template.id)) continue;
    const folder = path.join(root, "templates", template.id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, "project.netloom"),
      serializeProject(await makeProject(template)),
    );
  }
} finally {
  await server.close();
}

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import react from "@vitejs/plugin-react";

const root = fileURLToPath(new URL("..", import.meta.url));
/** `npm run dev` talks to a host that `npm start -- --no-open --port 4870` serves. */
const hostOrigin = process.env["NETLOOM_HOST"] ?? "http://127.0.0.1:4870";

/**
 * The renderer as a page. The Content Security Policy (electron/services/contentSecurityPolicy.ts) allows scripts,
 * workers and fonts from the page's own origin only: so nothing is inlined and workers are files of their own.
 */
export default defineConfig({
  root: `${root}renderer`,
  base: "/",
  publicDir: false,
  cacheDir: `${root}.cache/vite`,
  plugins: [react()],
  worker: { format: "es" },
  build: {
    outDir: `${root}dist/renderer`,
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco, tfjs and ELK are large by nature and loaded when first needed.
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "flow", test: /node_modules[\\/](@xyflow|d3-[a-z]+|classcat)[\\/]/ },
            { name: "monaco", test: /node_modules[\\/]monaco-editor[\\/]/ },
            { name: "elk", test: /node_modules[\\/]elkjs[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { "/api": { target: hostOrigin, changeOrigin: true, headers: { origin: hostOrigin } } },
  },
});

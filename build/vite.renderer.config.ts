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
        // What is imported lazily (Monaco, React Flow's canvas) gets chunks of its own by that. A group for Monaco would
        // draw small shared modules into its chunk, and with them the whole of Monaco into the first page.
        codeSplitting: {
          groups: [{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }],
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

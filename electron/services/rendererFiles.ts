import path from "node:path";
import type { HostProblem } from "#shared/host/contract.ts";
import type { Result } from "#shared/base/result.ts";
import { pageHeaders } from "./contentSecurityPolicy.ts";
import { isInside } from "./handles.ts";
import { problem } from "./hostProblem.ts";
import { sendFile } from "./sendFile.ts";
import { realpath } from "node:fs/promises";

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

/** Answers with a file of the built renderer; `/` is its page. Unknown paths are not found, never the page. */
export async function sendRendererFile(
  rendererFolder: string,
  request: Request,
): Promise<Result<Response, HostProblem>> {
  const subject = new URL(request.url).pathname;
  const notFound = problem("not-found", `There is no page ${subject}.`);
  const segments = decodeSegments(subject);
  if (segments === null) return notFound;
  const name = segments.length === 0 ? "index.html" : segments.join("/");
  const mediaType = mediaTypes[path.extname(name).toLowerCase()];
  if (mediaType === undefined) return notFound;
  let file: string;
  try {
    const base = await realpath(rendererFolder);
    file = await realpath(path.join(base, name));
    if (!isInside(base, file)) return notFound;
  } catch {
    return notFound;
  }
  // Names of built files contain a hash of their bytes; the page itself doesn't.
  const cacheControl = segments[0] === "assets" ? "max-age=31536000, immutable" : "no-cache";
  return sendFile(file, {
    request,
    subject,
    headers: { ...pageHeaders, "content-type": mediaType, "cache-control": cacheControl },
  });
}

/** The path's segments, decoded; null if one of them could mean another place or a hidden file. */
function decodeSegments(pathname: string): string[] | null {
  try {
    const segments = pathname.split("/").filter((segment) => segment !== "");
    const decoded = segments.map(decodeURIComponent);
    return decoded.some((segment) => segment.startsWith(".") || /[/\\\0]/.test(segment))
      ? null
      : decoded;
  } catch {
    return null;
  }
}

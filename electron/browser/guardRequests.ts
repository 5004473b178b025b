import { createHash, timingSafeEqual } from "node:crypto";

export interface GuardOptions {
  /** Secret of this start; only the page whose address carried it knows it. */
  readonly token: string;
  /** The port that the server listens on. */
  readonly port: number;
}

type Answer = (request: Request) => Promise<Response>;

/**
 * Keeps other pages and programs out of a host served on loopback. Other origins' pages can reach a loopback port:
 * - `Host` must be this server's own name, so that a foreign name resolving to 127.0.0.1 (DNS rebinding) gets nothing;
 * - `Origin`, where the browser sends one, must be our own, and `Sec-Fetch-Site` must not be another site's;
 * - every `/api` request carries the token as `Authorization: Bearer …`. Event streams may carry it as `?token=`,
 *   because `EventSource` can't set headers. The page's own files are no secret and need none.
 */
export function guardRequests(answer: Answer, { token, port }: GuardOptions): Answer {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const origins = new Set([...hosts].map((host) => `http://${host}`));

  return async (request) => {
    const url = new URL(request.url);
    if (!hosts.has(request.headers.get("host") ?? url.host)) {
      return refuse(403, "This address is not Netloom's.");
    }
    const origin = request.headers.get("origin");
    if (origin !== null && !origins.has(origin)) {
      return refuse(403, "Pages of other origins have no access.");
    }
    const site = request.headers.get("sec-fetch-site");
    if (isApi(url.pathname)) {
      if (site !== null && site !== "same-origin" && site !== "none") {
        return refuse(403, "Pages of other sites have no access.");
      }
      if (!isEqual(readToken(request, url), token)) {
        return refuse(401, "Open Netloom with the address that its start printed.");
      }
    }
    return answer(request);
  };
}

function isApi(pathname: string): boolean {
  return pathname === "/api" || pathname.startsWith("/api/");
}

function readToken(request: Request, url: URL): string {
  const header = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (header !== undefined) return header;
  const isStream = request.method === "GET" && url.pathname === "/api/events";
  return (isStream ? url.searchParams.get("token") : null) ?? "";
}

/** Compares in constant time, also for different lengths. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function refuse(status: number, message: string): Response {
  return Response.json({ code: "no-access", message }, { status });
}

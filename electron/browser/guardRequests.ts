import { createHash, timingSafeEqual } from "node:crypto";

type Answer = (request: Request) => Promise<Response>;

/**
 * Keeps other origins' pages out of a server on loopback, which any page in a browser can reach:
 * - `Host` must be this server's own name, so that a foreign name resolving to 127.0.0.1 (DNS rebinding) gets nothing;
 * - `Origin`, where the browser sends one, must be our own.
 */
export function guardRequests(answer: Answer, port: number): Answer {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const origins = new Set([...hosts].map((host) => `http://${host}`));

  return async (request) => {
    if (!hosts.has(request.headers.get("host") ?? "")) {
      return refuse("This address is not Netloom's.");
    }
    const origin = request.headers.get("origin");
    if (origin !== null && !origins.has(origin)) {
      return refuse("Pages of other origins have no access.");
    }
    return answer(request);
  };
}

/**
 * Whether a request to the host's routes comes from our own page: it carries this start's token as `Authorization:
 * Bearer …`. The event stream may carry it as `?token=`, because `EventSource` can't set headers. The host itself asks,
 * after routing, so that no spelling of a path gets around the question. The page's own files are no secret.
 */
export function makeTokenCheck(token: string): (request: Request) => boolean {
  return (request) => {
    const site = request.headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin" && site !== "none") return false;
    return isEqual(readToken(request), token);
  };
}

function readToken(request: Request): string {
  const header = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (header !== undefined) return header;
  const url = new URL(request.url);
  const isStream = request.method === "GET" && url.pathname === "/api/events";
  return (isStream ? url.searchParams.get("token") : null) ?? "";
}

/** Compares in constant time, also for different lengths. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function refuse(message: string): Response {
  return Response.json({ code: "no-access", message }, { status: 403 });
}

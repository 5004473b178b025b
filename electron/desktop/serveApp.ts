import type { Host } from "../services/createHost.ts";
import { isRequestAllowed } from "./security.ts";

/** Answers the `app` scheme with the host, for requests of the application's own page only. */
export function serveApp(host: Host): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isRequestAllowed(request.url, readInitiatorOrigin(request))) {
      return new Response(null, { status: 403 });
    }
    return host.fetch(request);
  };
}

/** Electron adds it to the standard's fields; unlike the referrer, the page can't set it. */
function readInitiatorOrigin(request: Request): string | undefined {
  if (!("initiatorOrigin" in request)) return undefined;
  return typeof request.initiatorOrigin === "string" ? request.initiatorOrigin : undefined;
}

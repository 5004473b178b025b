import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { err, ok, type Result } from "#shared/base/result.ts";
import { guardRequests } from "./guardRequests.ts";

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a host on 127.0.0.1. Port 0 takes any free one. Fails with a sentence when the port is taken. */
export async function serveHost(
  answer: (request: Request) => Promise<Response>,
  wantedPort: number,
): Promise<Result<Served, string>> {
  // The port is part of what is checked, and known only once the server listens.
  let guarded = async (_request: Request) => new Response(null, { status: 503 });
  const listener = getRequestListener((request) => guarded(request));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  // Uploads of large files may take longer than Node's default of five minutes.
  server.requestTimeout = 0;
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once("error", resolve);
    server.listen(wantedPort, "127.0.0.1", () => resolve(null));
  });
  if (failure !== null) {
    return err(
      failure.code === "EADDRINUSE"
        ? `Port ${wantedPort} is in use. Choose another with --port, or leave it out.`
        : `Port ${wantedPort} cannot be used: ${failure.message}`,
    );
  }
  // A server listening on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  guarded = guardRequests(answer, port);
  return ok({
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** With the token in its fragment, which browsers never send: the page takes it from there and forgets it. */
export function formatAddress(port: number, token: string): string {
  return `http://127.0.0.1:${port}/#token=${token}`;
}

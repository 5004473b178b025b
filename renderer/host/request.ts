import type { z } from "zod";
import { type HostProblem, hostProblemSchema, pageHeader } from "#shared/host/contract.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { readToken } from "./token.ts";

export interface HostRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; array buffers only, because Electron's protocol loses Blobs. */
  readonly bytes?: ArrayBuffer | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** Tells the host which page asks; another after a reload. */
const page = crypto.randomUUID();

/** One request to the host. What can go wrong comes back as a `HostProblem` with a sentence. */
export async function requestHost(
  path: string,
  request: HostRequest = {},
): Promise<Result<Response, HostProblem>> {
  const headers = new Headers();
  headers.set(pageHeader, page);
  const token = readToken();
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  if (request.json !== undefined) headers.set("content-type", "application/json");
  if (request.bytes !== undefined) headers.set("content-type", "application/octet-stream");
  const body = request.json === undefined ? request.bytes : JSON.stringify(request.json);
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method: request.method ?? "GET",
      headers,
      ...(body === undefined ? {} : { body }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  } catch {
    return err(unreachable);
  }
  return response.ok ? ok(response) : err(await readProblem(response));
}

/** A request whose answer is JSON of a known shape. */
export async function requestJson<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  request: HostRequest = {},
): Promise<Result<z.infer<Schema>, HostProblem>> {
  const response = await requestHost(path, request);
  if (!response.ok) return response;
  const parsed = schema.safeParse(await response.value.json().catch(() => null));
  if (parsed.success) return ok(parsed.data);
  return err({
    code: "internal",
    message: `The host's answer to ${path} could not be read. Restart Netloom; if that does not help, its parts are of different versions.`,
  });
}

const unreachable: HostProblem = {
  code: "not-available",
  message:
    "Netloom's host does not answer. If you closed the terminal or the application that serves this page, start it again; your work is kept in drafts.",
};

async function readProblem(response: Response): Promise<HostProblem> {
  const parsed = hostProblemSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  return {
    code: response.status === 404 ? "not-found" : "internal",
    message: `The host answered with status ${response.status}. Restart Netloom and try again.`,
  };
}

import type { z } from "zod";
import type { HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { problem } from "./hostProblem.ts";

/** Bytes. JSON bodies are settings and events; texts are projects; files are uploads and weights. */
export const bodyLimits = {
  json: 16 * 2 ** 20,
  text: 64 * 2 ** 20,
  file: 4 * 2 ** 30,
} as const;

/** Thrown inside a body stream that turns out longer than allowed; the routes answer it as `too-large`. */
export class BodyTooLarge extends Error {}

/** The body's bytes in order. Throws `BodyTooLarge` as soon as more than `limit` bytes came, without keeping them. */
export async function* readChunks(request: Request, limit: number): AsyncIterable<Uint8Array> {
  if (isDeclaredTooLarge(request, limit)) throw new BodyTooLarge();
  if (request.body === null) return;
  let total = 0;
  for await (const chunk of request.body) {
    total += chunk.byteLength;
    if (total > limit) throw new BodyTooLarge();
    yield chunk;
  }
}

export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  { limit = bodyLimits.json }: { readonly limit?: number } = {},
): Promise<Result<z.infer<Schema>, HostProblem>> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of readChunks(request, limit)) chunks.push(chunk);
  } catch (error) {
    if (error instanceof BodyTooLarge) return tooLarge(limit);
    return problem("bad-request", "The request's body could not be read.");
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    return problem("bad-request", "The request's body is not JSON.");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const place = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  return problem("bad-request", `The request is not as agreed. ${place}`.trim());
}

export function tooLarge(limit: number) {
  return problem(
    "too-large",
    `That is more than the ${Math.round(limit / 2 ** 20)} MiB allowed here.`,
  );
}

function isDeclaredTooLarge(request: Request, limit: number): boolean {
  return Number(request.headers.get("content-length") ?? 0) > limit;
}

import { open, stat, type FileHandle } from "node:fs/promises";
import type { HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { parseRange, type ByteRange } from "./byteRange.ts";
import { fileProblem, problem } from "./hostProblem.ts";

const chunkBytes = 256 * 1024;

/**
 * Answers with a file's bytes, whole or the range asked for. The file is opened when the body is first read and closed
 * at its end, on error and when the client goes away. `subject` names it in messages.
 */
export async function sendFile(
  file: string,
  { request, subject, headers }: SendOptions,
): Promise<Result<Response, HostProblem>> {
  let size: number;
  let modifiedMs: number;
  try {
    const info = await stat(file);
    if (!info.isFile()) return problem("bad-request", `${subject} is not a file.`);
    size = info.size;
    modifiedMs = info.mtimeMs;
  } catch (error) {
    return fileProblem(error, "read", subject);
  }
  const tag = `"${size.toString(36)}-${Math.round(modifiedMs).toString(36)}"`;
  const common = { "accept-ranges": "bytes", etag: tag, ...headers };
  if (request.headers.get("if-none-match") === tag) {
    return ok(new Response(null, { status: 304, headers: common }));
  }
  const condition = request.headers.get("if-range");
  const rangeHeader = condition === null || condition === tag ? request.headers.get("range") : null;
  const range = parseRange(rangeHeader, size);
  if (range === "beyond") {
    const unsatisfied = { ...common, "content-range": `bytes */${size}` };
    return ok(new Response(null, { status: 416, headers: unsatisfied }));
  }
  if (range === "whole") {
    const body = size === 0 ? null : streamBytes(file, { start: 0, end: size - 1 });
    return ok(
      new Response(body, { status: 200, headers: { ...common, "content-length": String(size) } }),
    );
  }
  const partial = {
    ...common,
    "content-length": String(range.end - range.start + 1),
    "content-range": `bytes ${range.start}-${range.end}/${size}`,
  };
  return ok(new Response(streamBytes(file, range), { status: 206, headers: partial }));
}

export interface SendOptions {
  readonly request: Request;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
}

function streamBytes(file: string, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  let handle: FileHandle | null = null;
  let position = start;
  async function close() {
    const opened = handle;
    handle = null;
    await opened?.close();
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          handle ??= await open(file, "r");
          const wanted = Math.min(chunkBytes, end - position + 1);
          const { bytesRead, buffer } = await handle.read(
            new Uint8Array(wanted),
            0,
            wanted,
            position,
          );
          // Promised in Content-Length: a file that shrank must not look complete.
          if (bytesRead === 0) throw new Error(`${file} became shorter while it was read.`);
          position += bytesRead;
          controller.enqueue(buffer.subarray(0, bytesRead));
          if (position > end) {
            await close();
            controller.close();
          }
        } catch (error) {
          await close();
          controller.error(error);
        }
      },
      cancel: close,
    },
    // Nothing is read, nor the file opened, before someone asks (HEAD requests never do).
    { highWaterMark: 0 },
  );
}

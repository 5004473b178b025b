import type { HostEvent } from "#shared/host/contract.ts";
import { z } from "#shared/base/schema.ts";
import { requestHost } from "./request.ts";

const eventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("command"), id: z.string() }),
  z.object({ kind: z.literal("projectChanged"), handle: z.string(), revision: z.string() }),
  z.object({ kind: z.literal("openProject"), handle: z.string() }),
]);

/**
 * Listens to the host's event stream until the returned function is called; reconnects with growing pauses.
 * Read with `fetch` rather than EventSource, which can't carry the token.
 */
export function listenToHost(onEvent: (event: HostEvent) => void): () => void {
  const abort = new AbortController();
  void (async () => {
    for (let pauseMs = 500; !abort.signal.aborted; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      const answer = await requestHost("/events", { signal: abort.signal });
      if (answer.ok && answer.value.body !== null) {
        const began = Date.now();
        await readEvents(answer.value.body, onEvent);
        if (Date.now() - began > 5_000) pauseMs = 500;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return () => abort.abort();
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: HostEvent) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event !== null) onEvent(event);
      }
    }
  } catch {
    // The stream broke or was given up: the caller reconnects.
  }
}

function parseEvent(block: string): HostEvent | null {
  const data = block
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
  if (data === "") return null;
  try {
    const parsed = eventSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

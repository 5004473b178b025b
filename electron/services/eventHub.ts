import type { HostEvent } from "#shared/host/contract.ts";

/** Events from the host to its pages: one event stream per page. */
export interface EventHub {
  emit(event: HostEvent): void;
  /** A `text/event-stream` answer that lives until the page goes away. `page`: what it calls itself; null: it doesn't. */
  subscribe(page: string | null): Response;
  /** Pages that listen now, by what they call themselves. */
  listPages(): readonly (string | null)[];
  close(): void;
}

/** A comment line at this interval keeps idle connections from being cut. */
const heartbeatMs = 15_000;
/** What was sent while no page listened (a file opened at launch) waits, up to this many. */
const maximumWaiting = 20;

export function createEventHub(): EventHub {
  const encoder = new TextEncoder();
  const subscribers = new Map<ReadableStreamDefaultController<Uint8Array>, string | null>();
  const waiting: HostEvent[] = [];
  let heartbeat: NodeJS.Timeout | null = null;

  function send(subscriber: ReadableStreamDefaultController<Uint8Array>, text: string) {
    try {
      subscriber.enqueue(encoder.encode(text));
    } catch {
      remove(subscriber);
    }
  }
  function remove(subscriber: ReadableStreamDefaultController<Uint8Array>) {
    subscribers.delete(subscriber);
    if (subscribers.size > 0 || heartbeat === null) return;
    clearInterval(heartbeat);
    heartbeat = null;
  }
  const format = (event: HostEvent) => `data: ${JSON.stringify(event)}\n\n`;

  return {
    emit(event) {
      if (subscribers.size === 0) {
        waiting.push(event);
        if (waiting.length > maximumWaiting) waiting.shift();
      }
      for (const subscriber of subscribers.keys()) send(subscriber, format(event));
    },

    subscribe(page) {
      let mine: ReadableStreamDefaultController<Uint8Array> | null = null;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          mine = controller;
          subscribers.set(controller, page);
          send(controller, ": connected\n\n");
          for (const event of waiting.splice(0)) send(controller, format(event));
          heartbeat ??= setInterval(() => {
            for (const subscriber of subscribers.keys()) send(subscriber, ": still here\n\n");
          }, heartbeatMs).unref();
        },
        cancel() {
          if (mine !== null) remove(mine);
        },
      });
      return new Response(body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    },

    listPages: () => [...subscribers.values()],

    close() {
      for (const subscriber of subscribers.keys()) {
        remove(subscriber);
        try {
          subscriber.close();
        } catch {
          // Already gone.
        }
      }
    },
  };
}

import { err, type Result } from "#shared/base/result.ts";
import type { FileHandle } from "#shared/base/ids.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { DataIssue, SampleView } from "#shared/datasets/dataset.ts";
import type { InspectOptions, SourceProposal } from "#shared/datasets/inspectSource.ts";
import type { OpenedData, TablePreview } from "#shared/datasets/preview.ts";
import type { DataReply, DataRequest } from "#shared/training/dataProtocol.ts";
import type { HostAccess } from "#shared/training/protocol.ts";
import { readToken } from "../host/token.ts";

export interface OpenedReply {
  readonly result: Result<OpenedData, readonly DataIssue[]>;
  readonly table: TablePreview | null;
}

/** A request under way. Cancelling settles it with an issue of code `cancelled`. */
export interface DataTask<T> {
  readonly result: Promise<T>;
  readonly cancel: () => void;
}

type Listener = (reply: DataReply) => void;

let worker: Worker | null = null;
let lastId = 0;
const listeners = new Map<number, Listener>();

function startWorker(): Worker {
  if (worker) return worker;
  const started = new Worker(new URL("../workers/dataWorker.ts", import.meta.url), {
    type: "module",
    name: "data",
  });
  started.addEventListener("message", ({ data }: MessageEvent<DataReply>) => {
    listeners.get(data.id)?.(data);
  });
  started.addEventListener("error", (event) => {
    // A bug or out of memory: whoever waits is told, and the next request gets a new worker.
    event.preventDefault();
    worker = null;
    started.terminate();
    for (const [id, listener] of listeners) listener(failedReply(id));
  });
  worker = started;
  return started;
}

function failedReply(id: number): DataReply {
  const issue: DataIssue = {
    code: "too-large",
    message: "Reading the data failed, probably for want of memory. Try a smaller file.",
  };
  return { kind: "opened", id, result: err([issue]), table: null };
}

function hostAccess(): HostAccess {
  return { baseUrl: location.origin, token: readToken() };
}

function send<T>(
  makeRequest: (id: number) => DataRequest,
  readReply: (reply: DataReply) => T | null,
  onProgress?: (fraction: number | null) => void,
): DataTask<T> {
  const id = ++lastId;
  const target = startWorker();
  const result = new Promise<T>((resolve) => {
    listeners.set(id, (reply) => {
      if (reply.kind === "progress") {
        onProgress?.(reply.fraction);
        return;
      }
      const value = readReply(reply);
      if (value === null) return;
      listeners.delete(id);
      resolve(value);
    });
  });
  target.postMessage(makeRequest(id));
  return {
    result,
    cancel: () => worker?.postMessage({ kind: "cancel", id } satisfies DataRequest),
  };
}

/** What a chosen file or folder is. */
export function inspectData(
  chosen: { readonly handle: FileHandle; readonly label: string },
  options: {
    readonly csv?: NonNullable<InspectOptions["csv"]>;
    readonly onProgress?: (fraction: number | null) => void;
  } = {},
): DataTask<Result<SourceProposal, readonly DataIssue[]>> {
  return send(
    (id) => ({
      kind: "inspect",
      id,
      access: hostAccess(),
      handle: chosen.handle,
      label: chosen.label,
      ...(options.csv ? { csv: options.csv } : {}),
    }),
    (reply) => {
      if (reply.kind === "inspected") return reply.result;
      return reply.kind === "opened" && !reply.result.ok ? reply.result : null;
    },
    options.onProgress,
  );
}

/** Reads the bound data in the worker; only a summary and a preview come back. */
export function openData(
  binding: DataBinding,
  onProgress: (fraction: number | null) => void,
): DataTask<OpenedReply> {
  return send(
    (id) => ({ kind: "open", id, access: hostAccess(), binding }),
    (reply) => (reply.kind === "opened" ? { result: reply.result, table: reply.table } : null),
    onProgress,
  );
}

/** Samples of the data opened last, for previews of predictions. */
export function viewSamples(samples: readonly number[]): Promise<readonly SampleView[]> {
  return send(
    (id) => ({ kind: "views", id, samples }),
    (reply) => (reply.kind === "views" ? reply.views : reply.kind === "opened" ? [] : null),
  ).result;
}

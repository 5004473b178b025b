import { err } from "#shared/base/result.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { Dataset } from "#shared/datasets/dataset.ts";
import { inspectSource, type SourceProposal } from "#shared/datasets/inspectSource.ts";
import { openDataset } from "#shared/datasets/openDataset.ts";
import { previewDataset, previewGenerated } from "#shared/datasets/previewDataset.ts";
import type { TablePreview } from "#shared/datasets/preview.ts";
import type { DataReply, DataRequest } from "#shared/training/dataProtocol.ts";
import type { HostAccess } from "#shared/training/protocol.ts";
import { openFromHost, openHostFolder } from "../host/fetchByteSource.ts";

// A thin shell: reads data away from the window, so that a gigabyte of cells blocks nothing.

type Request<Kind extends DataRequest["kind"]> = Extract<DataRequest, { readonly kind: Kind }>;

const cancels = new Map<number, AbortController>();
let opened: Dataset | null = null;
/** The columns of the table read last; settings like the split don't change them. */
let lastTable: { readonly key: string; readonly table: TablePreview } | null = null;

self.addEventListener("message", ({ data }: MessageEvent<DataRequest>) => {
  switch (data.kind) {
    case "cancel":
      cancels.get(data.id)?.abort();
      return;
    case "views":
      reply({
        kind: "views",
        id: data.id,
        views: data.samples.flatMap((sample) => (opened ? [opened.describe(sample)] : [])),
      });
      return;
    case "inspect":
      void withCancel(data.id, (signal) => inspect(data, signal));
      return;
    case "open":
      void withCancel(data.id, (signal) => open(data, signal));
      return;
  }
});

function reply(message: DataReply): void {
  self.postMessage(message);
}

async function withCancel(id: number, work: (signal: AbortSignal) => Promise<void>) {
  const controller = new AbortController();
  cancels.set(id, controller);
  try {
    await work(controller.signal);
  } finally {
    cancels.delete(id);
  }
}

/** At most ten messages a second. */
function makeProgress(id: number): (readBytes: number, totalBytes: number | null) => void {
  let lastMs = performance.now();
  return (readBytes, totalBytes) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < 100) return;
    lastMs = nowMs;
    reply({ kind: "progress", id, fraction: totalBytes ? readBytes / totalBytes : null });
  };
}

async function inspect(request: Request<"inspect">, signal: AbortSignal): Promise<void> {
  const folder = await openHostFolder(request.access, request.handle);
  const result = folder.ok
    ? await inspectSource(folder.value.files, folder.value.openSource, {
        handle: request.handle,
        label: request.label,
        signal,
        onProgress: makeProgress(request.id),
        ...(request.csv ? { csv: request.csv } : {}),
      })
    : err([folder.error]);
  if (result.ok) rememberTable(result.value);
  reply({ kind: "inspected", id: request.id, result });
}

async function open({ id, access, binding }: Request<"open">, signal: AbortSignal): Promise<void> {
  const startMs = performance.now();
  const { source } = binding;
  const handle = source.kind === "generated" ? null : source.handle;
  const dataset = await openDataset(binding, {
    openSource: openFromHost(access, handle),
    signal,
    onProgress: makeProgress(id),
  });
  const table = await findTable(binding, access, signal);
  if (!dataset.ok) {
    reply({ kind: "opened", id, result: dataset, table });
    return;
  }
  opened = dataset.value;
  const preview = previewDataset(opened, performance.now() - startMs);
  reply({
    kind: "opened",
    id,
    result: { ok: true, value: { summary: opened.summary, preview } },
    table: table ?? previewGenerated(binding, opened),
  });
}

function keyOf({ source }: DataBinding): string {
  return source.kind === "csv"
    ? JSON.stringify([source.handle, source.file, source.delimiter, source.hasHeader])
    : "";
}

function rememberTable({ binding, columns, rows, bytes }: SourceProposal): void {
  lastTable = { key: keyOf(binding), table: { columns, rows, bytes } };
}

async function findTable(
  binding: DataBinding,
  access: HostAccess,
  signal: AbortSignal,
): Promise<TablePreview | null> {
  const { source } = binding;
  if (source.kind !== "csv" || source.handle === null) return null;
  if (lastTable?.key === keyOf(binding)) return lastTable.table;
  const folder = await openHostFolder(access, source.handle);
  if (!folder.ok) return null;
  const proposal = await inspectSource(folder.value.files, folder.value.openSource, {
    handle: source.handle,
    csv: { file: source.file, delimiter: source.delimiter, hasHeader: source.hasHeader },
    signal,
  });
  if (!proposal.ok) return null;
  rememberTable(proposal.value);
  return lastTable?.table ?? null;
}

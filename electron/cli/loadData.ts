import path from "node:path";
import { err, ok } from "#shared/base/result.ts";
import { bindPrepared } from "#shared/datasets/bindPrepared.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { Dataset, DataIssue } from "#shared/datasets/dataset.ts";
import { inspectSource, type OpenSource } from "#shared/datasets/inspectSource.ts";
import { openDataset, type OpenOptions } from "#shared/datasets/openDataset.ts";
import type { Preparation } from "#shared/datasets/preparation.ts";
import { rebindSource } from "#shared/datasets/rebindSource.ts";
import { openDataPath } from "#electron/services/fileByteSource.ts";
import { CliFailure, type CliDiagnostic, type CliIo } from "./io.ts";

export interface LoadedData {
  readonly binding: DataBinding;
  readonly dataset: Dataset;
}

/** For a model that is trained already: how its data were prepared, and whether the new data's targets matter. */
interface Prepared {
  readonly preparation: Preparation;
  readonly targets: "needed" | "ignored";
}

interface LoadOptions {
  readonly io: CliIo;
  /** Notes on what was found go to standard error, as JSON lines or as text. */
  readonly isJson: boolean;
  readonly prepared?: Prepared | null;
}

/** The project's own data, or the file or folder at `place` bound in its stead. null: the project has no data of its own. */
export async function loadData(
  existing: DataBinding | null,
  place: string | null,
  { io, isJson, prepared = null }: LoadOptions,
): Promise<LoadedData | null> {
  if (place !== null) {
    const opened = await openDataPath(path.resolve(io.cwd, place));
    if (!opened.ok) throw dataFailure([opened.error]);
    const { files, openSource, label } = opened.value;
    const proposal = await inspectSource(files, openSource, {
      label,
      // What the training's file had, this one has: a table of words only would leave it to a guess.
      ...(prepared?.preparation.table?.hasHeader ? { csv: { hasHeader: true } } : {}),
    });
    if (!proposal.ok) throw dataFailure(proposal.error);
    for (const note of proposal.value.notes) {
      const message = `${note} Read: ${proposal.value.file}.`;
      io.writeError(isJson ? `${JSON.stringify({ kind: "note", message })}\n` : `${message}\n`);
    }
    const binding = prepared
      ? bindPrepared(existing, proposal.value, prepared)
      : ok(rebindSource(existing, proposal.value));
    if (!binding.ok) throw dataFailure([binding.error]);
    return open(binding.value, { openSource, ...prepared });
  }
  if (existing === null) return null;
  // Handles are the desktop application's; only generated data can be had without a path.
  if (existing.source.kind !== "generated") return null;
  const openSource: OpenSource = async (file) =>
    err({ code: "missing", message: `${file} is not known here.`, file });
  return open(existing, { openSource, ...prepared });
}

/** Like `loadData`, for commands that can't do without. */
export async function requireData(
  existing: DataBinding | null,
  place: string | null,
  options: LoadOptions,
): Promise<LoadedData> {
  const loaded = await loadData(existing, place, options);
  if (loaded) return loaded;
  const source = existing?.source;
  const wanted =
    source && source.kind !== "generated"
      ? `The project's data (${source.label}) was chosen in the application; say where it is with --data PATH.`
      : "The project has no data; name a file or folder with --data PATH.";
  throw new CliFailure(1, wanted, [
    { code: "no-data", severity: "error", message: wanted, nodes: [] },
  ]);
}

async function open(binding: DataBinding, options: OpenOptions): Promise<LoadedData> {
  const dataset = await openDataset(binding, options);
  if (!dataset.ok) throw dataFailure(dataset.error);
  return { binding, dataset: dataset.value };
}

function dataFailure(issues: readonly DataIssue[]): CliFailure {
  const diagnostics = issues.map(({ code, message, file, line, column }): CliDiagnostic => ({
    code: `data-${code}`,
    severity: "error",
    message,
    nodes: [],
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }));
  return new CliFailure(1, "The data has errors.", diagnostics);
}

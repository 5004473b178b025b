import path from "node:path";
import { err } from "#shared/base/result.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { Dataset, DataIssue } from "#shared/datasets/dataset.ts";
import { inspectSource, type OpenSource } from "#shared/datasets/inspectSource.ts";
import { openDataset } from "#shared/datasets/openDataset.ts";
import { rebindSource } from "#shared/datasets/rebindSource.ts";
import { openDataPath } from "#electron/services/fileByteSource.ts";
import { CliFailure, type CliDiagnostic, type CliIo } from "./io.ts";

export interface LoadedData {
  readonly binding: DataBinding;
  readonly dataset: Dataset;
}

/** The project's own data, or the file or folder at `place` bound in its stead. null: the project has no data of its own. */
export async function loadData(
  existing: DataBinding | null,
  place: string | null,
  io: CliIo,
): Promise<LoadedData | null> {
  if (place !== null) {
    const opened = await openDataPath(path.resolve(io.cwd, place));
    if (!opened.ok) throw dataFailure([opened.error]);
    const { files, openSource, label } = opened.value;
    const proposal = await inspectSource(files, openSource, { label });
    if (!proposal.ok) throw dataFailure(proposal.error);
    return open(rebindSource(existing, proposal.value), openSource);
  }
  if (existing === null) return null;
  // Handles are the desktop application's; only generated data can be had without a path.
  if (existing.source.kind !== "generated") return null;
  return open(existing, async (file) =>
    err({ code: "missing", message: `${file} is not known here.`, file }),
  );
}

/** Like `loadData`, for commands that can't do without. */
export async function requireData(
  existing: DataBinding | null,
  place: string | null,
  io: CliIo,
): Promise<LoadedData> {
  const loaded = await loadData(existing, place, io);
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

async function open(binding: DataBinding, openSource: OpenSource): Promise<LoadedData> {
  const dataset = await openDataset(binding, { openSource });
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

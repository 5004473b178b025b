import { assertNever } from "../base/assertNever.ts";
import { err, type Result } from "../base/result.ts";
import type { DataBinding } from "./binding.ts";
import { catchDataFailure, DataFailure } from "./dataFailure.ts";
import type { ByteSource, Dataset, DataIssue } from "./dataset.ts";
import { generateDataset } from "./generateDataset.ts";
import type { OpenSource } from "./inspectSource.ts";
import { loadCsv } from "./loadCsv.ts";
import { loadIdx } from "./loadIdx.ts";
import { prepareDataset, type PrepareOptions } from "./prepareDataset.ts";
import type { RawData } from "./rawData.ts";
import type { ReadOptions } from "./readBytes.ts";

export interface OpenOptions extends ReadOptions, PrepareOptions {
  /** Gives the bytes of a file of the chosen folder, or of the chosen file itself. */
  readonly openSource: OpenSource;
}

/**
 * Reads the bound data whole, splits it by seed (each class its share; series by time), fits scales on the training
 * part, and serves batches. All or nothing: an error leaves no half-read data set behind. With a preparation nothing
 * is fitted, and the binding only says where data are and how they split (see `bindPrepared`).
 */
export async function openDataset(
  binding: DataBinding,
  options: OpenOptions,
): Promise<Result<Dataset, readonly DataIssue[]>> {
  const raw = await catchDataFailure(() => loadSource(binding, options));
  if (!raw.ok) return raw;
  const dataset = await catchDataFailure(async () => prepareDataset(raw.value, binding, options));
  if (!dataset.ok) return dataset;
  return dataset.value.ok ? dataset.value : err([dataset.value.error]);
}

async function loadSource({ source }: DataBinding, options: OpenOptions): Promise<RawData> {
  const open = async (file: string): Promise<ByteSource> => {
    const bytes = await options.openSource(file);
    if (!bytes.ok) throw new DataFailure(bytes.error);
    return bytes.value;
  };
  switch (source.kind) {
    case "generated": {
      const generated = generateDataset(source);
      if (!generated.ok) throw new DataFailure(generated.error);
      return generated.value;
    }
    case "idx": {
      const images = await open(source.images);
      const labels = source.labels === null ? null : await open(source.labels);
      return loadIdx(source.label, images, labels, options);
    }
    case "csv":
      return loadCsv(source, await open(source.file), options);
    default:
      return assertNever(source);
  }
}

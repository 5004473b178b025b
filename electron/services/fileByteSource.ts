import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { err, ok, type Result } from "#shared/base/result.ts";
import type { DataIssue } from "#shared/datasets/dataset.ts";
import type { OpenSource, SourceFile } from "#shared/datasets/inspectSource.ts";

export interface DataPath {
  /** Name of the file or folder. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  readonly openSource: OpenSource;
}

/** A file or folder of this machine as `inspectSource` and `openDataset` read it: for the command line and tests. */
export async function openDataPath(path: string): Promise<Result<DataPath, DataIssue>> {
  const whole = resolve(path);
  const found = await stat(whole).catch(() => null);
  if (!found) {
    return err({
      code: "missing",
      message: `${path} does not exist. Check the path given with --data.`,
      file: path,
    });
  }
  const isFolder = found.isDirectory();
  const folder = isFolder ? whole : join(whole, "..");
  const names = isFolder ? (await readdir(whole)).sort() : [basename(whole)];
  const files: SourceFile[] = [];
  for (const name of names) {
    const entry = await stat(join(folder, name)).catch(() => null);
    if (entry?.isFile()) files.push({ name, size: entry.size });
  }
  return ok({
    label: basename(whole),
    files,
    async openSource(name) {
      const file = files.find((entry) => entry.name === name);
      if (!file) {
        return err({
          code: "missing",
          message: `${name} is not in ${path}. Choose the folder that holds it.`,
          file: name,
        });
      }
      return ok({
        name,
        size: file.size,
        read: () => createReadStream(join(folder, name), { highWaterMark: 256 * 1024 }),
      });
    },
  });
}

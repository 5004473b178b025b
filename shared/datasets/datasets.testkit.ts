import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { err, ok } from "../base/result.ts";
import type { CsvColumn, CsvSource, DataBinding } from "./binding.ts";
import type { ByteSource } from "./dataset.ts";
import type { OpenSource, SourceFile } from "./inspectSource.ts";

/** A file in memory that arrives in small pieces, so that every test also crosses chunk borders. */
export function memorySource(name: string, bytes: Uint8Array | string, chunkSize = 7): ByteSource {
  const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return {
    name,
    size: content.length,
    async *read() {
      for (let start = 0; start < content.length; start += chunkSize) {
        yield content.slice(start, start + chunkSize);
      }
    },
  };
}

export function memoryFolder(
  content: Readonly<Record<string, Uint8Array | string>>,
  chunkSize?: number,
): { files: SourceFile[]; openSource: OpenSource } {
  const sources = new Map(
    Object.entries(content).map(([name, bytes]) => [name, memorySource(name, bytes, chunkSize)]),
  );
  return {
    files: [...sources.values()].map(({ name, size }) => ({ name, size: size ?? 0 })),
    openSource: async (name) => {
      const source = sources.get(name);
      return source ? ok(source) : err({ code: "missing", message: `${name} is not there.` });
    },
  };
}

/** IDX bytes: type code, sizes, values already in file order. */
export function idxBytes(type: number, sizes: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = type;
  bytes[3] = sizes.length;
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(values, 4 + 4 * sizes.length);
  return bytes;
}

/** `age:numeric:feature, income:categorical:target`. */
function columnsOf(text: string): CsvColumn[] {
  return text.split(",").map((entry) => {
    const [name = "", kind = "numeric", role = "feature", field = ""] = entry.trim().split(":");
    return {
      name,
      kind: kind === "categorical" ? "categorical" : "numeric",
      role: role === "target" ? "target" : role === "ignore" ? "ignore" : "feature",
      field,
    };
  });
}

export function csvBinding(
  columns: string,
  source: Partial<CsvSource> = {},
  rest: Partial<DataBinding> = {},
): DataBinding {
  return {
    source: {
      kind: "csv",
      handle: null,
      label: "table.csv",
      file: "table.csv",
      delimiter: ",",
      hasHeader: false,
      columns: columnsOf(columns),
      window: null,
      ...source,
    },
    split: { validation: 0, seed: 1 },
    scaling: "none",
    imageSize: null,
    ...rest,
  };
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder of real data, or null with tests skipped. */
export const realDataFolder =
  [process.env["NETLOOM_TEST_DATA"], join(root, "../shared/data")].find(
    (folder) => folder !== undefined && existsSync(join(folder, "csv")),
  ) ?? null;

export function realFolder(folder: string): { files: SourceFile[]; openSource: OpenSource } {
  const path = join(realDataFolder ?? "", folder);
  return {
    files: readdirSync(path).map((name) => ({ name, size: statSync(join(path, name)).size })),
    openSource: async (name) => ok(memorySource(name, readFileSync(join(path, name)), 65_536)),
  };
}

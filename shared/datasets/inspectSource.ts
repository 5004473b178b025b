import type { FileHandle } from "../base/ids.ts";
import { err, type Result } from "../base/result.ts";
import type { DataBinding } from "./binding.ts";
import { catchDataFailure, DataFailure } from "./dataFailure.ts";
import type { ByteSource, DataIssue } from "./dataset.ts";
import { decodeText } from "./decodeText.ts";
import {
  guessColumns,
  guessDelimiter,
  guessHeader,
  guessMissingTexts,
  guessWindow,
  nameColumns,
} from "./guessCsv.ts";
import { findIdxPairs } from "./findIdxPairs.ts";
import { createColumnProfiler, type ColumnProfile } from "./profileColumns.ts";
import { readBytes, type ReadOptions } from "./readBytes.ts";
import { parseCsvSample, readCsvRows, type CsvRow } from "./readCsv.ts";
import { readIdx } from "./readIdx.ts";

/** What a chosen file or folder is, and a binding that reads it sensibly. */
export interface SourceProposal {
  readonly kind: "csv" | "idx";
  readonly binding: DataBinding;
  /** Of the file that the samples come from. */
  readonly file: string;
  readonly bytes: number | null;
  readonly rowCount: number;
  /** CSV only. */
  readonly columns: readonly ColumnProfile[];
  /** CSV only: cells of the first rows, header left out. */
  readonly rows: readonly CsvRow[];
  /** Sizes of an IDX file, count first; empty for CSV. */
  readonly sizes: readonly number[];
  /** Things worth knowing that are no mistakes: other files in the folder, absent labels. */
  readonly notes: readonly string[];
}

export type OpenSource = (file: string) => Promise<Result<ByteSource, DataIssue>>;
export interface SourceFile {
  readonly name: string;
  readonly size: number;
}

export interface InspectOptions extends ReadOptions {
  readonly handle?: FileHandle | null;
  /** The chosen file's or folder's name, for people. */
  readonly label?: string;
  /** What a person decided instead of the guess. */
  readonly csv?: {
    readonly file?: string;
    readonly delimiter?: string;
    readonly hasHeader?: boolean;
  };
}

const shownRows = 50;
const sampleCharacters = 65_536;
const tableName = /\.(csv|tsv|tab|txt|data|dat)(\.gz)?$/i;

/**
 * Recognises IDX files by MNIST's names, any single file by its content, and tables by their ending. Reads a table
 * through once, so that a stray word in its last line is known from the start.
 */
export async function inspectSource(
  files: readonly SourceFile[],
  openSource: OpenSource,
  options: InspectOptions = {},
): Promise<Result<SourceProposal, readonly DataIssue[]>> {
  const open = async (file: string): Promise<ByteSource> => {
    const source = await openSource(file);
    if (!source.ok) throw new DataFailure(source.error);
    return source.value;
  };
  const [pair, ...otherPairs] = findIdxPairs(files.map(({ name }) => name));
  if (pair && !options.csv?.file) {
    return catchDataFailure(() => inspectIdx(pair, otherPairs.length, open, options));
  }
  const file = options.csv?.file ?? chooseTable(files);
  if (!file) return err([describeUnknown(files, options.label)]);
  return catchDataFailure(async () => {
    const source = await open(file);
    if (await beginsLikeIdx(source)) {
      return inspectIdx({ images: file, labels: null }, 0, open, options);
    }
    const others = files.filter(({ name }) => name !== file && tableName.test(name)).length;
    return inspectCsv(source, others, options);
  }, file);
}

/** A single file is tried whatever its name; of several, the largest table. */
function chooseTable(files: readonly SourceFile[]): string | null {
  if (files.length === 1) return files[0]?.name ?? null;
  const tables = files.filter(({ name }) => tableName.test(name));
  return tables.toSorted((a, b) => b.size - a.size)[0]?.name ?? null;
}

function describeUnknown(files: readonly SourceFile[], label = "This folder"): DataIssue {
  if (files.length === 0) {
    return {
      code: "empty",
      message: `${label} holds no files. Choose a CSV file, or a folder with IDX files.`,
    };
  }
  const names = files.slice(0, 3).map(({ name }) => name);
  return {
    code: "unrecognised",
    message: `${label} holds neither CSV nor IDX files (found ${names.join(", ")}${files.length > 3 ? " …" : ""}). Choose a .csv file, or a folder with files named like train-images-idx3-ubyte.`,
  };
}

async function beginsLikeIdx(source: ByteSource): Promise<boolean> {
  for await (const chunk of readBytes(source)) {
    return chunk.length >= 4 && chunk[0] === 0 && chunk[1] === 0;
  }
  throw new DataFailure({
    code: "empty",
    message: `${source.name} is empty. Choose another file.`,
    file: source.name,
  });
}

async function inspectIdx(
  { images, labels }: { readonly images: string; readonly labels: string | null },
  otherCount: number,
  open: (file: string) => Promise<ByteSource>,
  options: InspectOptions,
): Promise<SourceProposal> {
  const source = await open(images);
  // Read to its end, so that a damaged file is refused here and never bound.
  const header = await readIdx(source, options);
  if (header.sizes.length < 2) {
    throw new DataFailure({
      code: "mismatch",
      message: `${images} has one axis: it is a file of labels. Choose the images, or the folder that holds both.`,
      file: images,
    });
  }
  const notes: string[] = [];
  if (labels) {
    const { sizes } = await readIdx(await open(labels), options);
    if (sizes[0] !== header.sizes[0]) {
      throw new DataFailure({
        code: "mismatch",
        message: `${images} has ${header.sizes[0]} images, but ${labels} has ${sizes[0]} labels. Choose two files that belong together.`,
        file: labels,
      });
    }
  } else {
    notes.push("There are no labels beside the images. Choose the folder that holds both files.");
  }
  if (otherCount > 0) {
    notes.push(
      `The folder holds ${otherCount === 1 ? "another set" : `${otherCount} other sets`} of images, which ${otherCount === 1 ? "is" : "are"} not used.`,
    );
  }
  return {
    kind: "idx",
    binding: {
      source: {
        kind: "idx",
        handle: options.handle ?? null,
        label: options.label ?? images,
        images,
        labels,
      },
      split: { validation: 0.2, seed: 1 },
      scaling: header.dtype === "uint8" && header.sizes.length > 2 ? "zeroToOne" : "standardise",
      imageSize: null,
    },
    file: images,
    bytes: source.size,
    rowCount: header.sizes[0] ?? 0,
    columns: [],
    rows: [],
    sizes: header.sizes,
    notes,
  };
}

async function inspectCsv(
  source: ByteSource,
  otherCount: number,
  options: InspectOptions,
): Promise<SourceProposal> {
  const { sample, isWhole } = await readSample(source);
  const delimiter = options.csv?.delimiter ?? guessDelimiter(sample, isWhole);
  const sampleRows = parseCsvSample(sample, delimiter, isWhole);
  const hasHeader = options.csv?.hasHeader ?? guessHeader(sampleRows, delimiter);
  const { names, profiles, rows } = await profileTable(source, delimiter, hasHeader, options);
  if (names.length === 0 || rows.length === 0) {
    throw new DataFailure({
      code: "empty",
      message: `${source.name} has no rows of data. Choose another file.`,
      file: source.name,
    });
  }
  const columns = guessColumns(profiles);
  const window = guessWindow(profiles, columns);
  const missing = guessMissingTexts(profiles);
  return {
    kind: "csv",
    binding: {
      source: {
        kind: "csv",
        handle: options.handle ?? null,
        label: options.label ?? source.name,
        file: source.name,
        delimiter,
        hasHeader,
        columns,
        window,
        ...(missing.length > 0 ? { missing: { texts: missing, rows: "fill" } } : {}),
      },
      split: { validation: 0.2, seed: 1 },
      scaling: "standardise",
      imageSize: null,
    },
    file: source.name,
    bytes: source.size,
    rowCount: profiles[0]?.rowCount ?? 0,
    columns: profiles,
    rows,
    sizes: [],
    notes:
      otherCount > 0
        ? [
            `The folder holds ${otherCount} more ${otherCount === 1 ? "table" : "tables"}; the largest is used.`,
          ]
        : [],
  };
}

async function readSample(source: ByteSource): Promise<{ sample: string; isWhole: boolean }> {
  let sample = "";
  for await (const text of decodeText(source)) {
    sample += text;
    if (sample.length >= sampleCharacters) return { sample, isWhole: false };
  }
  return { sample, isWhole: true };
}

async function profileTable(
  source: ByteSource,
  delimiter: string,
  hasHeader: boolean,
  options: ReadOptions,
): Promise<{
  names: readonly string[];
  profiles: readonly ColumnProfile[];
  rows: readonly CsvRow[];
}> {
  let names: readonly string[] | null = null;
  let profilers: ReturnType<typeof createColumnProfiler>[] = [];
  const rows: CsvRow[] = [];
  const firstTexts: (CsvRow | undefined)[] = [];
  const issues: DataIssue[] = [];
  for await (const batch of readCsvRows(source, delimiter, options)) {
    for (const row of batch) {
      if (!names) {
        names = nameColumns(hasHeader ? row.cells : null, row.cells.length);
        profilers = names.map(() => createColumnProfiler(delimiter));
        if (hasHeader) continue;
      }
      if (row.cells.length !== names.length) {
        issues.push({
          code: "ragged",
          message: `${source.name}, line ${row.line}: ${row.cells.length} cells where the first row has ${names.length}. Complete or remove the row, or quote cells that contain the delimiter.`,
          file: source.name,
          line: row.line,
        });
        if (issues.length >= 5) throw new DataFailure(...issues);
        continue;
      }
      if (rows.length < shownRows) rows.push(row);
      for (const [index, profiler] of profilers.entries()) {
        if (profiler.add(row.cells[index] ?? "", row.line)) firstTexts[index] = row;
      }
    }
  }
  if (issues.length > 0) throw new DataFailure(...issues);
  const found = names ?? [];
  const profiles = profilers.map((profiler, index) => profiler.finish(found[index] ?? ""));
  // A stray word among numbers is shown wherever it stands.
  const strays = profiles.flatMap(({ numberCount, textCount }, index) => {
    const row = firstTexts[index];
    return row && numberCount > textCount && !rows.includes(row) ? [row] : [];
  });
  return { names: found, profiles, rows: [...rows, ...new Set(strays)] };
}

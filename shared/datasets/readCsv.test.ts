import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { DataIssue } from "./dataset.ts";
import { csvBinding, memoryFolder, memorySource } from "./datasets.testkit.ts";
import { openDataset } from "./openDataset.ts";
import { readCsvRows, type CsvRow } from "./readCsv.ts";

async function readAll(text: string | Uint8Array, chunkSize: number, delimiter = ",") {
  const rows: CsvRow[] = [];
  for await (const batch of readCsvRows(memorySource("t.csv", text, chunkSize), delimiter)) {
    rows.push(...batch);
  }
  return rows.map(({ line, cells }) => [line, ...cells]);
}

describe.each([1, 2, 5, 1000])("in pieces of %i bytes", (chunkSize) => {
  it.each<[string, string | Uint8Array, (string | number)[][]]>([
    [
      "plain rows",
      "a,b\nc,d\n",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "no newline at the end",
      "a,b\nc,d",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "Windows line ends",
      "a,b\r\nc,d\r\n",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "old Mac line ends",
      "a,b\rc,d\r",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "blank lines, which still count",
      "a,b\n\n  \nc,d",
      [
        [1, "a", "b"],
        [4, "c", "d"],
      ],
    ],
    ["a byte order mark", "\uFEFFa,b", [[1, "a", "b"]]],
    ["spaces around cells", " a ,\tb \n", [[1, "a", "b"]]],
    [
      "quotes with delimiter, quote and newline",
      '"a,1","b ""x""","c\nd"\ne,f,g',
      [
        [1, "a,1", 'b "x"', "c\nd"],
        [3, "e", "f", "g"],
      ],
    ],
    [
      "quotes with Windows line ends",
      '"a","b"\r\n"c","d"\r\n',
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    ["quotes after a space", 'a, "b"\n', [[1, "a", "b"]]],
    [
      "a quote inside a cell",
      'a,5" pipe\nb,c',
      [
        [1, "a", '5" pipe'],
        [2, "b", "c"],
      ],
    ],
    [
      "letters of several bytes",
      "å,日本\n😀,ß",
      [
        [1, "å", "日本"],
        [2, "😀", "ß"],
      ],
    ],
    [
      "a packed file",
      gzipSync(new TextEncoder().encode("a,b\nc,d")),
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "empty cells",
      ",\na,",
      [
        [1, "", ""],
        [2, "a", ""],
      ],
    ],
  ])("reads %s", async (_, text, expected) => {
    expect(await readAll(text, chunkSize)).toEqual(expected);
  });
});

const latin1 = Uint8Array.of(...new TextEncoder().encode("1,a\n2,b\n3,"), 0xe9, 10);
const manyRows = Array.from({ length: 9 }, (_, index) => `${index},a`).join("\n");

it.each<[string, string | Uint8Array, Partial<DataIssue>, RegExp]>([
  [
    "a row with too few cells",
    "1,a\n2\n3,c",
    { code: "ragged", line: 2 },
    /line 2: 1 cells where 2/,
  ],
  ["a row with too many cells", "1,a\n\n3,b,c", { code: "ragged", line: 3 }, /line 3: 3 cells/],
  [
    "text in a numeric column",
    "1,a\nfour,b",
    { code: "not-a-number", line: 2, column: "x" },
    /line 2, column "x": "four" is not a number/,
  ],
  ["hexadecimal in a numeric column", "0x10,a", { code: "not-a-number", line: 1 }, /"0x10"/],
  [
    "infinity in a numeric column",
    "1,a\nInfinity,b",
    { code: "not-a-number", line: 2 },
    /"Infinity"/,
  ],
  ["a number too large for any computer", "1e999,b", { code: "not-a-number", line: 1 }, /"1e999"/],
  [
    "a quote that is never closed",
    '1,a\n2,"b\n3,c\n4,d',
    { code: "ragged", line: 2 },
    /line 2: a quoted cell/,
  ],
  [
    "text behind a closing quote",
    '1,a\n2,"b"c\n',
    { code: "ragged", line: 2 },
    /line 2: a quoted cell/,
  ],
  ["another encoding", latin1, { code: "encoding", line: 3 }, /line 3.*UTF-8/],
  ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x31, 0), { code: "encoding" }, /UTF-16/],
  ["a binary file", Uint8Array.of(0x50, 0, 0, 0x89, 1), { code: "unrecognised" }, /no text/],
  ["an empty file", "", { code: "empty" }, /no complete rows/],
  ["only blank lines", "\n\n \n", { code: "empty" }, /no complete rows/],
  ["a single row", "1,a", { code: "empty" }, /only one sample/],
])("explains %s", async (_, text, issue, words) => {
  for (const chunkSize of [2, 1000]) {
    const dataset = await openDataset(
      csvBinding("x, y:categorical:target"),
      memoryFolder({ "table.csv": text }, chunkSize),
    );
    expect(dataset).toMatchObject({ ok: false, error: [issue] });
    expect(dataset.ok ? "" : dataset.error[0]?.message).toMatch(words);
  }
});

it("reports several problems at once, but not hundreds", async () => {
  const text = `${manyRows}\nbad,a\nworse,b\n1\n`;
  const some = await openDataset(
    csvBinding("x, y:categorical:target"),
    memoryFolder({ "table.csv": text }),
  );
  expect(some.ok ? [] : some.error.map(({ line }) => line)).toEqual([10, 11, 12]);
  const many = "bad,a\n".repeat(1000);
  const first = await openDataset(
    csvBinding("x, y:categorical:target"),
    memoryFolder({ "table.csv": many }),
  );
  expect(first.ok ? [] : first.error).toHaveLength(5);
});

it.each<[string, Parameters<typeof csvBinding>, RegExp]>([
  [
    "another header",
    ["x, z:categorical:target", { hasHeader: true }],
    /"y" as column 2 where the project knows "z"/,
  ],
  ["fewer columns", ["x", { hasHeader: true }], /2 columns where the project knows 1/],
  [
    "no features",
    ["x:numeric:ignore, y:categorical:target", { hasHeader: true }],
    /receive nothing/,
  ],
  [
    "a window of no steps",
    ["x, y:categorical:target", { hasHeader: true, window: { steps: 0, horizon: 1 } }],
    /whole numbers/,
  ],
  [
    "a window longer than the file",
    ["x, y:categorical:target", { hasHeader: true, window: { steps: 5, horizon: 1 } }],
    /shorten the window/,
  ],
  ["another file", ["x", { file: "gone.csv" }], /gone.csv is not there/],
])("explains %s than the project expects", async (_, args, words) => {
  const dataset = await openDataset(
    csvBinding(...args),
    memoryFolder({ "table.csv": "x,y\n1,a\n2,b" }),
  );
  expect(dataset.ok ? "" : dataset.error[0]?.message).toMatch(words);
});

it("refuses a column of a thousand texts as a category", async () => {
  const text = Array.from({ length: 1500 }, (_, index) => `name ${index},1`).join("\n");
  const dataset = await openDataset(
    csvBinding("n:categorical, y:numeric:target"),
    memoryFolder({ "table.csv": text }, 4096),
  );
  expect(dataset).toMatchObject({ ok: false, error: [{ code: "bad-option", column: "n" }] });
});

it("reads decimal commas where the comma does not separate", async () => {
  const dataset = await openDataset(
    csvBinding("x, y:numeric:target", { delimiter: ";" }),
    memoryFolder({ "table.csv": "1,5;2\n-,25;3" }),
  );
  expect(
    dataset.ok ? Array.from(dataset.value.gather("features", Uint32Array.of(0, 1))) : dataset.error,
  ).toEqual([1.5, -0.25]);
});

it("says what failed when reading breaks off, and stops when cancelled", async () => {
  const broken = {
    name: "table.csv",
    size: 10,
    async *read() {
      yield new Uint8Array(2).fill(49);
      throw new Error("disk gone");
    },
  };
  const failed = await openDataset(csvBinding("x"), {
    openSource: async () => ({ ok: true, value: broken }),
  });
  expect(failed.ok ? "" : failed.error[0]?.message).toMatch(/disk gone.*choose it again/);
  const short = {
    ...broken,
    async *read() {
      yield new Uint8Array(2).fill(49);
    },
  };
  const cut = await openDataset(csvBinding("x"), {
    openSource: async () => ({ ok: true, value: short }),
  });
  expect(cut).toMatchObject({ ok: false, error: [{ code: "truncated" }] });

  const controller = new AbortController();
  const progress: number[] = [];
  const cancelled = await openDataset(csvBinding("x, y:categorical:target"), {
    ...memoryFolder({ "table.csv": "1,a\n2,b\n3,c\n" }, 4),
    signal: controller.signal,
    onProgress: (readBytes) => {
      progress.push(readBytes);
      if (readBytes >= 8) controller.abort();
    },
  });
  expect(cancelled).toMatchObject({ ok: false, error: [{ code: "cancelled" }] });
  expect(progress).toEqual([4, 8]);
});

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findKerasPython } from "../codegen/python.testkit.ts";
import {
  computeCrc32c,
  nameTensorBoardFile,
  type ScalarRecord,
  writeTensorBoardFile,
} from "./tensorBoardFile.ts";

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test.each([
  // RFC 3720, B.4.
  [Array.from({ length: 32 }, () => 0), 0x8a9136aa],
  [Array.from({ length: 32 }, () => 0xff), 0x62a8ab43],
  [Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
])("checksum of %j", (bytes, expected) => {
  expect(computeCrc32c(Uint8Array.from(bytes))).toBe(expected);
});

test("a file is, byte for byte, what TensorBoard 2.20's own writer makes", () => {
  // Written by tensorboard.summary.writer.record_writer.
  const golden =
    "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110" +
    "200000000000000029eda9500900005040fc54d94110032a130a110a0a6c6f73732f747261696e150000003f7eef5458";
  const scalars = [{ tag: "loss/train", step: 3, wallTimeMs: 1_700_000_001_250, value: 0.5 }];
  expect(hexOf(writeTensorBoardFile(scalars, { startedMs: 1_700_000_000_500 }))).toBe(golden);
});

test("a file's name tells when and by whom, and holds no characters that folders forbid", () => {
  expect(nameTensorBoardFile(1_700_000_000_500, "netloom run 3/ü")).toBe(
    "events.out.tfevents.1700000000.netloom-run-3-",
  );
});

/** Steps of every varint length up to 2⁵³, values that single precision rounds, and those that are no numbers. */
const scalars: readonly ScalarRecord[] = [
  0,
  1,
  127,
  128,
  16_384,
  2 ** 31,
  2 ** 32 + 5,
  2 ** 53 - 1,
].map((step, index) => ({
  tag: `loss äöü 損失/${"x".repeat(40 * index)}`,
  step,
  wallTimeMs: 1_700_000_000_000 + 1000.5 * index,
  value: [0, -0.1, 1e-40, 1e38, Number.NaN, Infinity, -Infinity, 3.4e38][index] ?? 0,
}));

const python = findKerasPython() ?? "python3";
const hasTensorBoard =
  spawnSync(python, ["-c", "import tensorboard.compat.proto.event_pb2"]).status === 0;
const referee = fileURLToPath(
  new URL("../../build/referees/tensorboard_scalars.py", import.meta.url),
);

test.skipIf(!hasTensorBoard)(
  `TensorBoard reads every scalar, and writes the same bytes${hasTensorBoard ? "" : " (skipped: no Python with tensorboard; build/referees/setupPython.mjs installs it)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "netloom-tensorboard-"));
    try {
      const startedMs = 1_700_000_000_000;
      const ours = writeTensorBoardFile(scalars, { startedMs });
      const file = join(folder, nameTensorBoardFile(startedMs, "netloom"));
      writeFileSync(file, ours);
      // Python prints NaN and Infinity as words that JSON lacks.
      const printed = execFileSync(python, [referee, file], { encoding: "utf8" });
      const read: unknown = JSON.parse(
        printed.replace(/-?\b(NaN|Infinity)\b/g, (word) => `"${word}"`),
      );
      const shown = (value: number) =>
        Number.isFinite(value) && Number.isFinite(Math.fround(value))
          ? Math.fround(value)
          : String(Math.fround(value));
      expect(read).toEqual({
        version: "brain.Event:2",
        scalars: scalars.map(({ tag, step, wallTimeMs, value }) => [
          tag,
          step,
          wallTimeMs / 1000,
          shown(value),
        ]),
      });
      const written = join(folder, "written");
      const input = JSON.stringify({
        wallTime: startedMs / 1000,
        scalars: scalars.map(({ tag, step, wallTimeMs, value }) => [
          tag,
          step,
          wallTimeMs / 1000,
          Number.isFinite(value) ? value : String(value),
        ]),
      });
      execFileSync(python, [referee, "--write", written], { input });
      expect(hexOf(ours)).toBe(hexOf(readFileSync(written)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

import { expect, test } from "vitest";
import {
  keepsEpoch,
  nameEpochFile,
  packWeights,
  readEpochOfFile,
  unpackWeights,
} from "./epochWeights.ts";

const keptOf = (epochs: number, weightCount: number) =>
  Array.from({ length: epochs }, (_, index) => index + 1).filter((epoch) =>
    keepsEpoch({ epochs, weightCount }, epoch),
  );

test("keeps every epoch while there is room, then ever fewer, and always the first and the last", () => {
  expect(keptOf(10, 1000)).toHaveLength(10);
  const thinned = keptOf(100, 1_000_000);
  expect(thinned[0]).toBe(1);
  expect(thinned.at(-1)).toBe(100);
  expect(thinned.length * 4_000_000).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(thinned.length).toBeGreaterThan(10);
  expect(keptOf(100_000, 100).length).toBeLessThanOrEqual(200);
  expect(keptOf(10, 20_000_000)).toEqual([]);
});

test("weights come back as they were, and damaged files are refused", () => {
  const weights = [Float32Array.of(1, -2.5), Float32Array.of(3)];
  const { buffer } = packWeights(weights);
  const read = unpackWeights(buffer, [2, 1]);
  expect(read.ok && read.value.map((values) => [...values])).toEqual([[1, -2.5], [3]]);
  expect(unpackWeights(buffer, [2, 2]).ok).toBe(false);
});

test("a file's name tells its epoch", () => {
  expect(readEpochOfFile(nameEpochFile(12))).toBe(12);
  expect(readEpochOfFile("model.json")).toBeNull();
});

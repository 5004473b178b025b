import { assertNever } from "../base/assertNever.ts";
import { createRandom } from "../base/random.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { DataSource } from "./binding.ts";
import type { DataIssue } from "./dataset.ts";
import { generateDigits } from "./generators/generateDigits.ts";
import * as points from "./generators/generatePoints.ts";
import * as series from "./generators/generateSeries.ts";
import { checkSizes, type GeneratedSizes } from "./generators/generatedSizes.ts";
import * as pairs from "./generators/generatePairs.ts";
import * as pictures from "./generators/generatePictures.ts";
import { generateShapes } from "./generators/generateShapes.ts";
import * as signals from "./generators/generateSignals.ts";
import { generateTwoViews } from "./generators/generateViews.ts";
import * as words from "./generators/generateWords.ts";
import type { RawData } from "./rawData.ts";

type GeneratedSource = Extract<DataSource, { readonly kind: "generated" }>;

export const maxGeneratedSamples = 100_000;

/** The same settings give the same bytes in every runtime. Field names: see `generatorCatalogue.ts`. */
export function generateDataset(source: GeneratedSource): Result<RawData, DataIssue> {
  const { samples, noise, seed } = source;
  if (!Number.isInteger(samples) || samples < 10 || samples > maxGeneratedSamples) {
    return err({
      code: "bad-option",
      message: `Samples is ${samples}; it must be a whole number from 10 to ${maxGeneratedSamples}.`,
    });
  }
  if (!Number.isFinite(noise) || noise < 0 || noise > 100) {
    return err({ code: "bad-option", message: `Noise is ${noise}; it must be from 0 to 100.` });
  }
  const sizes = checkSizes(source);
  if (!sizes.ok) return sizes;
  return ok(generate(source, sizes.value, createRandom(`${source.generator}/${seed}`)));
}

function generate(
  { generator, samples, noise }: GeneratedSource,
  sizes: GeneratedSizes,
  random: ReturnType<typeof createRandom>,
): RawData {
  const drawing = { samples, noise, random };
  switch (generator) {
    case "moons":
      return points.generatePoints(points.moons, samples, noise, random);
    case "circles":
      return points.generatePoints(points.circles, samples, noise, random);
    case "spirals":
      return points.generatePoints(points.spirals, samples, noise, random);
    case "blobs":
      return points.generatePoints(points.blobs, samples, noise, random);
    case "xor":
      return points.generatePoints(points.xor, samples, noise, random);
    case "iris-like":
      return points.generatePoints(points.irisLike, samples, noise, random);
    case "sine":
      return series.generateSine(samples, noise, random);
    case "seasonal":
      return series.generateSeasonal(samples, noise, random);
    case "trend-windows":
      return series.generateTrend(samples, noise, random);
    case "sensor-steps":
      return series.generateSensorSteps(samples, noise, random);
    case "digits":
      return generateDigits(samples, noise, random);
    case "two-views":
      return generateTwoViews(samples, noise, random);
    case "colour-shapes":
      return generateShapes(samples, noise, random);
    case "two-clouds":
      return points.generatePoints(points.twoClouds, samples, noise, random);
    case "pictures":
      return pictures.generatePictures(sizes, drawing);
    case "picture-masks":
      return pictures.generateMasks(sizes, drawing);
    case "edge-maps":
      return pictures.generateEdges(sizes, drawing);
    case "noisy-digits":
      return pairs.generateNoisyDigits(samples, noise, random);
    case "digit-pairs":
      return pairs.generateDigitPairs(samples, noise, random);
    case "moving-figures":
      return pairs.generateFilms(sizes, drawing);
    case "drawn-waves":
      return signals.generateWaves(sizes, drawing);
    case "audio-steps":
      return signals.generateAudio(sizes, drawing);
    case "word-topics":
      return words.generateTopics(sizes, drawing);
    case "next-words":
      return words.generateNextWords(sizes, drawing);
    case "reversed-words":
      return words.generateReversed(sizes, drawing);
    default:
      return assertNever(generator);
  }
}

import type { Random } from "../../base/random.ts";
import { shapeFromSizes, shapeOf } from "../../layers/shape.ts";
import { makeClassTarget, makeFixed, makeImages, type RawData } from "../rawData.ts";
import { createPixelNoise } from "./drawNoise.ts";
import type { GeneratedSizes } from "./generatedSizes.ts";
import { digitSize, drawDigit } from "./generateDigits.ts";

const pixels = digitSize * digitSize;
const digitImage = { height: digitSize, width: digitSize, channels: 1 };
const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** Drawn digits with noise, and the same picture without it, 0 to 1. */
export function generateNoisyDigits(samples: number, noise: number, random: Random): RawData {
  const images = new Uint8Array(samples * pixels);
  const clean = new Float32Array(samples * pixels);
  const canvas = new Float32Array(pixels);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    canvas.fill(0);
    drawDigit(canvas, sample % 10, random);
    clean.set(canvas, sample * pixels);
    const noiseAt = startPicture();
    for (let pixel = 0; pixel < pixels; pixel++)
      images[sample * pixels + pixel] = Math.round(
        255 * clamp((canvas[pixel] ?? 0) + noiseAt(pixel)),
      );
  }
  const shape = shapeFromSizes([digitSize, digitSize, 1]);
  return {
    kind: "images",
    label: "Noisy digits",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", digitImage, images),
      makeFixed("clean", "target", { shape, values: clean }),
    ],
  };
}

/** Two drawn digits, and whether they are the same one. */
export function generateDigitPairs(samples: number, noise: number, random: Random): RawData {
  const sides = [new Uint8Array(samples * pixels), new Uint8Array(samples * pixels)];
  const labels = new Uint8Array(samples);
  const canvas = new Float32Array(pixels);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    const isSame = sample % 2;
    labels[sample] = isSame;
    const first = random.nextInt(10);
    const second = isSame === 1 ? first : (first + 1 + random.nextInt(9)) % 10;
    for (const [index, digit] of [first, second].entries()) {
      canvas.fill(0);
      drawDigit(canvas, digit, random);
      const noiseAt = startPicture();
      const side = sides[index];
      for (let pixel = 0; side !== undefined && pixel < pixels; pixel++)
        side[sample * pixels + pixel] = Math.round(
          255 * clamp((canvas[pixel] ?? 0) + noiseAt(pixel)),
        );
    }
  }
  const [left = new Uint8Array(), right = new Uint8Array()] = sides;
  return {
    kind: "images",
    label: "Pairs of digits",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("left", digitImage, left),
      makeImages("right", digitImage, right),
      makeClassTarget("same", ["different", "same"], labels),
    ],
  };
}

/** A bright square that moves right, left, down or up over the frames of a film. */
export function generateFilms(
  { shape }: GeneratedSizes,
  { samples, noise, random }: { samples: number; noise: number; random: Random },
): RawData {
  const [frames = 1, height = 1, width = 1, channels = 1] = shape;
  const size = frames * height * width * channels;
  const values = new Float32Array(samples * size);
  const labels = new Uint8Array(samples);
  const startPicture = createPixelNoise(noise, random);
  const side = Math.max(2, Math.round(Math.min(height, width) / 4));
  for (let sample = 0; sample < samples; sample++) {
    const direction = sample % 4;
    labels[sample] = direction;
    const startX = random.nextInt(width);
    const startY = random.nextInt(height);
    const noiseAt = startPicture();
    let at = sample * size;
    for (let frame = 0; frame < frames; frame++) {
      const step = direction % 2 === 0 ? frame : -frame;
      const left = startX + (direction < 2 ? step : 0);
      const top = startY + (direction < 2 ? 0 : step);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          // What leaves on one side comes back on the other.
          const isInside = wrap(x - left, width) < side && wrap(y - top, height) < side;
          for (let channel = 0; channel < channels; channel++, at++)
            values[at] = (isInside ? 1 : 0) + noiseAt(at - sample * size);
        }
      }
    }
  }
  const axes = ["time", "height", "width", "channels"].map((name, index) => ({
    name,
    size: shape[index] ?? 1,
  }));
  return {
    kind: "sequence",
    label: "Moving figures",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeFixed("frames", "feature", { shape: shapeOf(axes), values }),
      makeClassTarget("direction", ["right", "left", "down", "up"], labels),
    ],
  };
}

const wrap = (value: number, size: number) => ((value % size) + size) % size;

import type { Random } from "../../base/random.ts";
import type { RawData } from "../rawData.ts";
import { makeClassTarget, makeImages } from "../rawData.ts";
import { createPixelNoise } from "./drawNoise.ts";
import { drawDigitStrokes, type Stroke } from "./digitStrokes.ts";

const size = 28;
/** Height and width in pixels. */
export const digitSize = size;

/** Handwriting-like digits, 28 × 28 × 1 bytes, white on black as in MNIST; no two alike. */
export function generateDigits(samples: number, noise: number, random: Random): RawData {
  const images = new Uint8Array(samples * size * size);
  const labels = new Uint8Array(samples);
  const canvas = new Float32Array(size * size);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    const digit = sample % 10;
    labels[sample] = digit;
    canvas.fill(0);
    drawDigit(canvas, digit, random);
    const noiseAt = startPicture();
    const ink = 0.75 + 0.25 * random.next();
    for (let pixel = 0; pixel < canvas.length; pixel++) {
      const value = (canvas[pixel] ?? 0) * ink + noiseAt(pixel);
      images[sample * size * size + pixel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return {
    kind: "images",
    label: "Drawn digits",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", { height: size, width: size, channels: 1 }, images),
      makeClassTarget("digit", ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], labels),
    ],
  };
}

/** Draws one digit with ink from 0 to 1 on an empty canvas of 28 × 28. */
export function drawDigit(canvas: Float32Array, digit: number, random: Random): void {
  const rotation = 0.16 * random.nextNormal();
  const shear = 0.18 * random.nextNormal();
  const scaleX = size * (0.34 + 0.2 * random.next());
  const scaleY = size * (0.56 + 0.16 * random.next());
  const shiftX = size / 2 + 1.3 * random.nextNormal();
  const shiftY = size / 2 + 1.3 * random.nextNormal();
  const thickness = 0.7 + 1.1 * random.next();
  const wobble = 0.022;
  const cosine = Math.cos(rotation);
  const sine = Math.sin(rotation);
  for (const stroke of drawDigitStrokes(digit, random)) {
    const placed: Stroke = stroke.map(([x, y]) => {
      const localY = (y - 0.5 + wobble * random.nextNormal()) * scaleY;
      const localX = (x - 0.5 + wobble * random.nextNormal()) * scaleX - shear * localY;
      return [
        shiftX + cosine * localX - sine * localY,
        shiftY + sine * localX + cosine * localY,
      ] as const;
    });
    for (let index = 1; index < placed.length; index++) {
      const from = placed[index - 1];
      const to = placed[index];
      if (from && to) drawSegment(canvas, from, to, thickness);
    }
  }
}

/** Inks every pixel by its distance from the segment; edges fade over one pixel. */
function drawSegment(
  canvas: Float32Array,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  thickness: number,
): void {
  const reach = thickness + 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(size - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(size - 1, Math.ceil(Math.max(y0, y1) + reach));
  const lengthX = x1 - x0;
  const lengthY = y1 - y0;
  const squared = lengthX * lengthX + lengthY * lengthY || 1e-9;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = ((x + 0.5 - x0) * lengthX + (y + 0.5 - y0) * lengthY) / squared;
      const near = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x + 0.5 - x0 - near * lengthX, y + 0.5 - y0 - near * lengthY);
      const ink = Math.min(1, Math.max(0, thickness + 0.5 - distance));
      const pixel = y * size + x;
      if (ink > (canvas[pixel] ?? 0)) canvas[pixel] = ink;
    }
  }
}

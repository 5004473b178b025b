import type { Random } from "../../base/random.ts";
import type { RawData } from "../rawData.ts";
import { createPixelNoise } from "./drawNoise.ts";
import { makeClassTarget, makeImages } from "../rawData.ts";

const size = 32;

/** Whether a point of the figure's own coordinates (about -1 … 1, y downwards) is inside. */
type Contains = (x: number, y: number) => boolean;

/** Ten figures; colour says nothing about the class, so a network has to look at the form. */
const figures: readonly { readonly name: string; readonly contains: Contains }[] = [
  { name: "circle", contains: (x, y) => x * x + y * y < 0.72 },
  { name: "ring", contains: (x, y) => Math.abs(Math.hypot(x, y) - 0.68) < 0.2 },
  { name: "square", contains: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.74 },
  { name: "triangle", contains: (x, y) => y < 0.62 && y > -0.85 + 1.75 * Math.abs(x) },
  {
    name: "cross",
    contains: (x, y) =>
      Math.min(Math.abs(x), Math.abs(y)) < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 0.9,
  },
  { name: "star", contains: isInStar },
  {
    name: "crescent",
    contains: (x, y) => x * x + y * y < 0.8 && (x - 0.42) ** 2 + y * y > 0.5,
  },
  {
    name: "hourglass",
    contains: (x, y) => Math.abs(y) < 0.85 && Math.abs(x) < 0.85 * Math.abs(y) + 0.06,
  },
  { name: "heart", contains: (x, y) => isInHeart(x, -y) },
  { name: "bar", contains: (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.3 },
];

/** Coloured figures on coloured ground, 32 × 32 × 3 bytes. */
export function generateShapes(samples: number, noise: number, random: Random): RawData {
  const images = new Uint8Array(samples * size * size * 3);
  const labels = new Uint8Array(samples);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    labels[sample] = sample % figures.length;
    const figure = figures[sample % figures.length] ?? figures[0];
    if (!figure) continue;
    drawFigure(images, sample * size * size * 3, {
      contains: figure.contains,
      noiseAt: startPicture(),
      random,
    });
  }
  return {
    kind: "images",
    label: "Colour shapes",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", { height: size, width: size, channels: 3 }, images),
      makeClassTarget(
        "shape",
        figures.map(({ name }) => name),
        labels,
      ),
    ],
  };
}

function drawFigure(
  images: Uint8Array,
  offset: number,
  {
    contains,
    noiseAt,
    random,
  }: {
    readonly contains: Contains;
    readonly noiseAt: (index: number) => number;
    readonly random: Random;
  },
): void {
  const ground = pickColour(random);
  let ink = pickColour(random);
  while (differ(ground, ink) < 0.45) ink = pickColour(random);
  const rotation = 0.22 * random.nextNormal();
  const radius = size * (0.26 + 0.16 * random.next());
  const room = size / 2 - radius;
  const centreX = size / 2 + (2 * random.next() - 1) * room;
  const centreY = size / 2 + (2 * random.next() - 1) * room;
  const shade = 0.25 * (random.next() - 0.5);
  const cosine = Math.cos(rotation) / radius;
  const sine = Math.sin(rotation) / radius;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      // Four probes a pixel smooth the edge.
      let hits = 0;
      for (let probe = 0; probe < 4; probe++) {
        const dx = x + 0.25 + 0.5 * (probe % 2) - centreX;
        const dy = y + 0.25 + 0.5 * (probe >> 1) - centreY;
        if (contains(cosine * dx + sine * dy, cosine * dy - sine * dx)) hits++;
      }
      const light = (shade * (x + y - size)) / size;
      for (let channel = 0; channel < 3; channel++) {
        const mixed = ((ink[channel] ?? 0) * hits + (ground[channel] ?? 0) * (4 - hits)) / 4;
        const value = mixed + light + noiseAt((y * size + x) * 3 + channel);
        images[offset + (y * size + x) * 3 + channel] = Math.round(
          255 * Math.min(1, Math.max(0, value)),
        );
      }
    }
  }
}

type Colour = readonly [number, number, number];

function pickColour(random: Random): Colour {
  return [random.next(), random.next(), random.next()];
}

function differ(left: Colour, right: Colour): number {
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

function isInStar(x: number, y: number): boolean {
  const fifth = (2 * Math.PI) / 5;
  const angle = (((Math.atan2(x, -y) % fifth) + fifth) % fifth) - fifth / 2;
  // Distance to the edge between an inner corner (0.4) and a point (1) within one fifth of the turn.
  const share = Math.abs(angle) / (fifth / 2);
  return Math.hypot(x, y) < 0.38 + 0.62 * share ** 1.8;
}

/** The implicit curve (x² + y² − 1)³ = x²y³, shrunk into the unit square. */
function isInHeart(x: number, y: number): boolean {
  const wide = x * 1.3;
  const tall = y * 1.3 + 0.1;
  return (wide * wide + tall * tall - 1) ** 3 < wide * wide * tall ** 3;
}

import type { Random } from "../../base/random.ts";
import { shapeOf } from "../../layers/shape.ts";
import { makeClassTarget, makeFixed, makeImages, type RawData } from "../rawData.ts";
import { createPixelNoise } from "./drawNoise.ts";
import { type GeneratedSizes, nameClasses } from "./generatedSizes.ts";

const toByte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));

/**
 * Coloured stripes in any size: direction, width and colour tell the class. With many classes only as many occur as
 * have eight pictures each, spread over all of them.
 */
export function generatePictures(
  { shape: [height = 1, width = 1, channels = 1], classes }: GeneratedSizes,
  { samples, noise, random }: { samples: number; noise: number; random: Random },
): RawData {
  const size = height * width * channels;
  const images = new Uint8Array(samples * size);
  const labels = new Int32Array(samples);
  const startPicture = createPixelNoise(noise, random);
  const shown = Math.max(2, Math.min(classes, Math.floor(samples / 8)));
  for (let sample = 0; sample < samples; sample++) {
    const label = Math.floor(((sample % shown) * classes) / shown);
    labels[sample] = label;
    const angle = Math.PI * 0.382 * label;
    const stripes = Math.PI * (3 + (label % 5));
    const stepX = (stripes * Math.cos(angle)) / width;
    const stepY = (stripes * Math.sin(angle)) / height;
    const phase = 2 * Math.PI * random.next();
    const strength = 0.25 + 0.2 * random.next();
    const light = 0.4 + 0.2 * random.next();
    const colour = Array.from(
      { length: channels },
      (_, channel) => strength * Math.cos(2 * Math.PI * (0.618 * label + channel / 3)),
    );
    const noiseAt = startPicture();
    let at = sample * size;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const wave = Math.sin(stepX * x + stepY * y + phase);
        for (let channel = 0; channel < channels; channel++, at++)
          images[at] = toByte(light + wave * (colour[channel] ?? 0) + noiseAt(at));
      }
    }
  }
  return {
    kind: "images",
    label: "Striped pictures",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", { height, width, channels }, images),
      makeClassTarget("label", nameClasses("class", classes), labels),
    ],
  };
}

/** Whether a point (-1 … 1 within the figure) is inside: disc, square, diamond, cross. */
const figures: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => Math.abs(x) + Math.abs(y) < 1.1,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.35 && Math.max(Math.abs(x), Math.abs(y)) < 1,
];

/** Paints one to three figures: `level` gets their brightness, `kind` the number of the figure from 1 on. */
function paintFigures(
  { level, kind, height, width }: Painting,
  kinds: number,
  random: Random,
): void {
  level.fill(0.15 + 0.2 * random.next());
  kind.fill(0);
  const count = 1 + random.nextInt(3);
  for (let index = 0; index < count; index++) {
    const figure = random.nextInt(kinds);
    const isInside = figures[figure];
    const radius = Math.min(height, width) * (0.12 + 0.14 * random.next());
    const centreX = radius + (width - 2 * radius) * random.next();
    const centreY = radius + (height - 2 * radius) * random.next();
    const brightness = 0.55 + 0.4 * random.next();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!isInside?.((x + 0.5 - centreX) / radius, (y + 0.5 - centreY) / radius)) continue;
        level[y * width + x] = brightness;
        kind[y * width + x] = figure + 1;
      }
    }
  }
}

interface Painting {
  readonly level: Float32Array;
  readonly kind: Uint8Array;
  readonly height: number;
  readonly width: number;
}

function fillImage(
  images: Uint8Array,
  { level }: Painting,
  place: {
    readonly sample: number;
    readonly channels: number;
    readonly noiseAt: (index: number) => number;
  },
): void {
  const { sample, channels, noiseAt } = place;
  const start = sample * level.length * channels;
  for (let index = 0; index < level.length * channels; index++) {
    const value = level[Math.floor(index / channels)] ?? 0;
    images[start + index] = toByte(value + noiseAt(index));
  }
}

/** Bright figures on dark ground, and for every pixel to which kind of figure it belongs. */
export function generateMasks(
  { shape: [height = 1, width = 1, channels = 1], classes }: GeneratedSizes,
  { samples, noise, random }: { samples: number; noise: number; random: Random },
): RawData {
  const pixels = height * width;
  const images = new Uint8Array(samples * pixels * channels);
  const masks = new Uint8Array(samples * pixels);
  const painting = makePainting(height, width);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    paintFigures(painting, classes - 1, random);
    fillImage(images, painting, { sample, channels, noiseAt: startPicture() });
    masks.set(painting.kind, sample * pixels);
  }
  const names = ["ground", "disc", "square", "diamond", "cross"].slice(0, classes);
  return {
    kind: "images",
    label: "Figures and masks",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", { height, width, channels }, images),
      makeClassTarget("mask", names, masks, [
        { name: "height", size: height },
        { name: "width", size: width },
      ]),
    ],
  };
}

function makePainting(height: number, width: number): Painting {
  return {
    level: new Float32Array(height * width),
    kind: new Uint8Array(height * width),
    height,
    width,
  };
}

/** Noisy figures, and how steep the clean picture is at every pixel (Sobel's operator), 0 to 1. */
export function generateEdges(
  { shape: [height = 1, width = 1, channels = 1] }: GeneratedSizes,
  { samples, noise, random }: { samples: number; noise: number; random: Random },
): RawData {
  const pixels = height * width;
  const images = new Uint8Array(samples * pixels * channels);
  const edges = new Float32Array(samples * pixels);
  const painting = makePainting(height, width);
  const startPicture = createPixelNoise(noise, random);
  for (let sample = 0; sample < samples; sample++) {
    paintFigures(painting, figures.length, random);
    fillImage(images, painting, { sample, channels, noiseAt: startPicture() });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        edges[sample * pixels + y * width + x] = measureSteepness(painting, y, x);
    }
  }
  const axes = [
    { name: "height", size: height },
    { name: "width", size: width },
    { name: "channels", size: 1 },
  ];
  return {
    kind: "images",
    label: "Figures and edges",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeImages("image", { height, width, channels }, images),
      makeFixed("edges", "target", { shape: shapeOf(axes), values: edges }),
    ],
  };
}

/** Length of Sobel's gradient, a quarter of it, at most 1; the border repeats. */
function measureSteepness({ level, height, width }: Painting, y: number, x: number): number {
  const at = (dy: number, dx: number) => {
    const row = Math.min(height - 1, Math.max(0, y + dy));
    const column = Math.min(width - 1, Math.max(0, x + dx));
    return level[row * width + column] ?? 0;
  };
  const across = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
  const down = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
  return Math.min(1, Math.hypot(across, down) / 4);
}

import type { Random } from "../../base/random.ts";
import { shapeOf } from "../../layers/shape.ts";
import { makeClassTarget, makeFeatures, makeFixed, type RawData } from "../rawData.ts";
import type { GeneratedSizes } from "./generatedSizes.ts";

interface Drawing {
  readonly samples: number;
  readonly noise: number;
  readonly random: Random;
}

/** Frequency and height of a wave, and the wave drawn from them: one input, many steps out. */
export function generateWaves(
  { shape: [steps = 1] }: GeneratedSizes,
  { samples, noise, random }: Drawing,
): RawData {
  const settings = new Float32Array(samples * 2);
  const waves = new Float32Array(samples * steps);
  for (let sample = 0; sample < samples; sample++) {
    const turns = 0.5 + 2 * random.next();
    const height = 0.3 + 0.7 * random.next();
    settings.set([turns, height], sample * 2);
    for (let step = 0; step < steps; step++)
      waves[sample * steps + step] =
        height * Math.sin((2 * Math.PI * turns * step) / steps) + noise * random.nextNormal();
  }
  const axes = [
    { name: "time", size: steps },
    { name: "features", size: 1 },
  ];
  return {
    kind: "table",
    label: "Drawn waves",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeFeatures("settings", 2, settings),
      makeFixed("wave", "target", { shape: shapeOf(axes), values: waves }),
    ],
  };
}

/**
 * A sound of two tones, -1 to 1, step by step; the target at each step is the next value as one of `classes` levels,
 * finer near silence (mu-law, as in WaveNet).
 */
export function generateAudio(
  { shape: [steps = 1], classes }: GeneratedSizes,
  { samples, noise, random }: Drawing,
): RawData {
  const sound = new Float32Array(samples * steps);
  const levels = new Int32Array(samples * steps);
  for (let sample = 0; sample < samples; sample++) {
    const low = 0.2 + 0.3 * random.next();
    const high = 0.7 + 0.6 * random.next();
    const phase = 2 * Math.PI * random.next();
    for (let step = 0; step <= steps; step++) {
      const clean = 0.6 * Math.sin(low * step + phase) + 0.3 * Math.sin(high * step);
      const value = Math.max(-1, Math.min(1, clean + noise * random.nextNormal()));
      if (step < steps) sound[sample * steps + step] = value;
      if (step > 0) levels[sample * steps + step - 1] = findLevel(value, classes);
    }
  }
  const time = { name: "time", size: steps };
  return {
    kind: "sequence",
    label: "Sound in steps",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeFixed("sound", "feature", {
        shape: shapeOf([time, { name: "features", size: 1 }]),
        values: sound,
      }),
      makeClassTarget(
        "nextLevel",
        Array.from({ length: classes }, (_, level) => `level ${level}`),
        levels,
        [time],
      ),
    ],
  };
}

function findLevel(value: number, classes: number): number {
  const mu = classes - 1;
  const bent = (Math.sign(value) * Math.log1p(mu * Math.abs(value))) / Math.log1p(mu);
  return Math.min(classes - 1, Math.floor(((bent + 1) / 2) * classes));
}

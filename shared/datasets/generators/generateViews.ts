import type { Random } from "../../base/random.ts";
import type { RawData } from "../rawData.ts";
import { makeClassTarget, makeFeatures } from "../rawData.ts";

/**
 * Two views of one thing: `left` [16] tells one bit of the class, `right` [32] the other, so that neither view alone
 * can name all four classes.
 */
export function generateTwoViews(samples: number, noise: number, random: Random): RawData {
  const left = new Float32Array(samples * 16);
  const right = new Float32Array(samples * 32);
  const labels = new Uint8Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const classNumber = sample % 4;
    labels[sample] = classNumber;
    const leftSign = classNumber % 2 === 0 ? 1 : -1;
    const rightSign = classNumber < 2 ? 1 : -1;
    const phase = 2 * Math.PI * random.next();
    for (let index = 0; index < 16; index++) {
      // A ramp up or down.
      left[sample * 16 + index] = leftSign * (index / 7.5 - 1) + noise * random.nextNormal();
    }
    for (let index = 0; index < 32; index++) {
      // A slow or a fast wave of any phase.
      const waves = rightSign > 0 ? 2 : 5;
      right[sample * 32 + index] =
        Math.sin((2 * Math.PI * waves * index) / 32 + phase) + noise * random.nextNormal();
    }
  }
  const classes = ["rising, slow", "falling, slow", "rising, fast", "falling, fast"];
  return {
    kind: "table",
    label: "Two views",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeFeatures("left", 16, left),
      makeFeatures("right", 32, right),
      makeClassTarget("pattern", classes, labels),
    ],
  };
}

import type { Random } from "../../base/random.ts";
import { shapeOf } from "../../layers/shape.ts";
import { makeClassTarget, makeFixed, type RawData, type RawField } from "../rawData.ts";
import { type GeneratedSizes, nameClasses } from "./generatedSizes.ts";

interface Drawing {
  readonly samples: number;
  readonly noise: number;
  readonly random: Random;
}

/** Word numbers from 1 on; 0 is padding and occurs nowhere. */
function makeTokens(name: string, steps: number, values: Int32Array): RawField {
  const shape = shapeOf([{ name: "time", size: steps }], "int32");
  return makeFixed(name, "feature", { shape, values });
}

/**
 * Texts of word numbers. Each topic has a few words of its own, which make about a fifth of its texts; the other
 * words are common to all. `noise` is the share of own words that are another topic's.
 */
export function generateTopics(
  { shape: [steps = 1], classes, vocabulary }: GeneratedSizes,
  { samples, noise, random }: Drawing,
): RawData {
  const tokens = new Int32Array(samples * steps);
  const labels = new Int32Array(samples);
  const own = Math.max(1, Math.min(20, Math.floor((vocabulary - 1) / (2 * classes))));
  const common = vocabulary - 1 - own * classes;
  for (let sample = 0; sample < samples; sample++) {
    const label = sample % classes;
    labels[sample] = label;
    for (let step = 0; step < steps; step++) {
      const isOwn = random.next() < 0.2;
      const topic = random.next() < noise ? random.nextInt(classes) : label;
      tokens[sample * steps + step] = isOwn
        ? 1 + topic * own + random.nextInt(own)
        : 1 + own * classes + random.nextInt(Math.max(1, common));
    }
  }
  return {
    kind: "sequence",
    label: "Texts by topic",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeTokens("words", steps, tokens),
      makeClassTarget("topic", nameClasses("topic", classes), labels),
    ],
  };
}

/**
 * An invented language: each word follows from the two before it, but for a share of `noise` words that come from
 * nowhere. The target at each step is the next word.
 */
export function generateNextWords(
  { shape: [steps = 1], vocabulary }: GeneratedSizes,
  { samples, noise, random }: Drawing,
): RawData {
  const words = new Int32Array(samples * steps);
  const next = new Int32Array(samples * steps);
  const usable = vocabulary - 1;
  for (let sample = 0; sample < samples; sample++) {
    let before = random.nextInt(usable);
    let word = random.nextInt(usable);
    for (let step = 0; step < steps; step++) {
      const follower =
        random.next() < noise ? random.nextInt(usable) : (word + 1 + 5 * (before % 2)) % usable;
      words[sample * steps + step] = 1 + word;
      next[sample * steps + step] = 1 + follower;
      before = word;
      word = follower;
    }
  }
  return {
    kind: "sequence",
    label: "Next words",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeTokens("words", steps, words),
      makeClassTarget("nextWord", nameClasses("word", vocabulary), next, [
        { name: "time", size: steps },
      ]),
    ],
  };
}

/**
 * A sentence, and the same words from last to first. `previous` is what a decoder has said before each step: word 1,
 * which begins every answer, and the answer without its last word (teacher forcing). `noise` swaps words for others.
 */
export function generateReversed(
  { shape: [steps = 1], vocabulary }: GeneratedSizes,
  { samples, noise, random }: Drawing,
): RawData {
  const source = new Int32Array(samples * steps);
  const previous = new Int32Array(samples * steps);
  const answer = new Int32Array(samples * steps);
  const draw = () => 2 + random.nextInt(vocabulary - 2);
  for (let sample = 0; sample < samples; sample++) {
    const start = sample * steps;
    for (let step = 0; step < steps; step++) source[start + step] = draw();
    for (let step = 0; step < steps; step++) {
      const word = source[start + steps - 1 - step] ?? 0;
      answer[start + step] = random.next() < noise ? draw() : word;
    }
    previous[start] = 1;
    for (let step = 1; step < steps; step++) previous[start + step] = answer[start + step - 1] ?? 0;
  }
  return {
    kind: "sequence",
    label: "Reversed sentences",
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeTokens("source", steps, source),
      makeTokens("previous", steps, previous),
      makeClassTarget("answer", nameClasses("word", vocabulary), answer, [
        { name: "time", size: steps },
      ]),
    ],
  };
}

import { err, ok, type Result } from "../../base/result.ts";
import type { DataSource, GeneratorName } from "../binding.ts";
import type { DataIssue } from "../dataset.ts";

export type GeneratedSource = Extract<DataSource, { readonly kind: "generated" }>;

export interface GeneratedSizes {
  /** Of a sample's main feature. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Words that a text is made of; 0 where there is no text. */
  readonly vocabulary: number;
}

/** What generators of any size draw when the source doesn't say. Those that aren't here draw one size only. */
const usualSizes: Partial<Readonly<Record<GeneratorName, GeneratedSizes>>> = {
  pictures: { shape: [64, 64, 3], classes: 10, vocabulary: 0 },
  "picture-masks": { shape: [64, 64, 1], classes: 2, vocabulary: 0 },
  "edge-maps": { shape: [64, 64, 1], classes: 2, vocabulary: 0 },
  "moving-figures": { shape: [8, 16, 16, 1], classes: 4, vocabulary: 0 },
  "drawn-waves": { shape: [24], classes: 2, vocabulary: 0 },
  "audio-steps": { shape: [64], classes: 32, vocabulary: 0 },
  "word-topics": { shape: [40], classes: 4, vocabulary: 500 },
  "next-words": { shape: [24], classes: 2, vocabulary: 40 },
  "reversed-words": { shape: [8], classes: 2, vocabulary: 24 },
};

/** What the form asks for: a name for each size of the shape, and which counts may be chosen. */
export interface SizeForm {
  readonly axes: readonly string[];
  readonly hasClasses: boolean;
  readonly hasVocabulary: boolean;
}

const image = ["Height", "Width", "Channels"];
const fixedCounts = { hasClasses: false, hasVocabulary: false };

export function describeSizes(generator: GeneratorName): SizeForm | null {
  switch (generator) {
    case "pictures":
    case "picture-masks":
      return { axes: image, hasClasses: true, hasVocabulary: false };
    case "edge-maps":
      return { axes: image, ...fixedCounts };
    case "moving-figures":
      return { axes: ["Frames", ...image], ...fixedCounts };
    case "drawn-waves":
      return { axes: ["Steps"], ...fixedCounts };
    case "audio-steps":
      return { axes: ["Steps"], hasClasses: true, hasVocabulary: false };
    case "word-topics":
      return { axes: ["Steps"], hasClasses: true, hasVocabulary: true };
    case "next-words":
    case "reversed-words":
      return { axes: ["Steps"], hasClasses: false, hasVocabulary: true };
    default:
      return null;
  }
}

/** The largest set, in values of all samples: 400 million, which is 400 MB of pixels. */
const maxValues = 400_000_000;

export function hasFreeSizes(generator: GeneratorName): boolean {
  return generator in usualSizes;
}

export function readSizes(source: GeneratedSource): GeneratedSizes {
  const usual = usualSizes[source.generator] ?? { shape: [], classes: 2, vocabulary: 0 };
  return {
    shape: source.shape ?? usual.shape,
    classes: source.classes ?? usual.classes,
    vocabulary: source.vocabulary ?? usual.vocabulary,
  };
}

export function checkSizes(source: GeneratedSource): Result<GeneratedSizes, DataIssue> {
  const sizes = readSizes(source);
  const usual = usualSizes[source.generator];
  if (usual === undefined) return ok(sizes);
  if (sizes.shape.length !== usual.shape.length) {
    return bad(
      `The shape has ${sizes.shape.length} sizes; ${source.generator} has ${usual.shape.length}, such as ${usual.shape.join(" × ")}.`,
    );
  }
  const values = sizes.shape.reduce((product, size) => product * size, source.samples);
  if (values > maxValues) {
    return bad(
      `${source.samples} samples of ${sizes.shape.join(" × ")} are too many values to hold. Draw fewer samples, or smaller ones.`,
    );
  }
  const least = leastVocabulary[source.generator] ?? 0;
  if (sizes.vocabulary < least) {
    return bad(`The vocabulary is ${sizes.vocabulary}; ${source.generator} needs ${least} words.`);
  }
  if (source.generator === "picture-masks" && sizes.classes > 5) {
    return bad(
      `Masks tell at most 5 classes apart, the ground among them; ${sizes.classes} are asked for.`,
    );
  }
  if (source.generator === "moving-figures" && sizes.classes !== 4) {
    return bad(`Figures move in 4 directions, so there are 4 classes, not ${sizes.classes}.`);
  }
  if (source.generator === "word-topics" && sizes.vocabulary < 5 * sizes.classes) {
    return bad(`${sizes.classes} topics need a vocabulary of at least ${5 * sizes.classes} words.`);
  }
  return ok(sizes);
}

const leastVocabulary: Partial<Readonly<Record<GeneratorName, number>>> = {
  "word-topics": 10,
  "next-words": 4,
  "reversed-words": 4,
};

const bad = (message: string): Result<GeneratedSizes, DataIssue> =>
  err({ code: "bad-option", message });

export function nameClasses(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${word} ${index}`);
}

/** Seeded random numbers: the same seed gives the same stream in every runtime. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, limit). */
  nextInt(limit: number): number;
  /** Standard normal. */
  nextNormal(): number;
  /** In-place Fisher–Yates shuffle; returns its argument. */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T;
  /** An independent stream derived from this seed and a label. */
  fork(label: string): Random;
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128-bit state, passes PractRand to 64 TB. */
export function createRandom(seed: number | string): Random {
  let [a, b, c, d] = hashSeed(String(seed));
  let spareNormal: number | null = null;

  function next(): number {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  }
  for (let warmUp = 0; warmUp < 12; warmUp++) next();

  return {
    next,
    nextInt: (limit) => Math.floor(next() * limit),
    nextNormal() {
      if (spareNormal !== null) {
        const value = spareNormal;
        spareNormal = null;
        return value;
      }
      // Box–Muller; 1 - next() keeps the logarithm finite.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spareNormal = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(values) {
      for (let index = values.length - 1; index > 0; index--) {
        const other = Math.floor(next() * (index + 1));
        const kept = values[index] ?? 0;
        values[index] = values[other] ?? 0;
        values[other] = kept;
      }
      return values;
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

/** cyrb128-style string hash: four 32-bit words. */
function hashSeed(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ code, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ code, 2716044179);
  }
  return [h1 | 0, h2 | 0, h3 | 0, h4 | 0];
}

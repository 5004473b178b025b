/** Other names under which lectures and papers know some templates, without hyphens. */
const otherNames: Readonly<Record<string, string>> = {
  edgedetectionplayground: "edge-detection",
  encoderdecoderlstm: "seq2seq-teacher-forcing",
  encoderdecoderlstmwithattention: "seq2seq-attention",
  encoderdecoderlstmwithteacherforcing: "seq2seq-teacher-forcing",
  fcn: "fully-convolutional-network",
  fcn8s: "fully-convolutional-network",
  siamese: "siamese-twin",
  siamesenetwork: "siamese-twin",
  smallcausaltransformer: "causal-transformer",
  transformerencoder: "transformer-classifier",
  transformerencoderclassifier: "transformer-classifier",
  vae: "variational-autoencoder",
};

/** How few of two letters in a row `name` and `id` must share (0: none, 1: all) for `id` to be worth a mention. */
const leastLikeness = 0.45;

export type FoundTemplate =
  | { readonly kind: "found"; readonly id: string }
  /** What may have been meant, likeliest first: none to three. */
  | { readonly kind: "unknown"; readonly similar: readonly string[] };

/** The template that `name` means: its id, however its words are written ("ResNet50", "u_net"), or another name. */
export function findTemplateId(name: string, ids: readonly string[]): FoundTemplate {
  const key = joinWords(name);
  const other = Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
  const id =
    ids.find((candidate) => candidate === name) ??
    ids.find((candidate) => joinWords(candidate) === key) ??
    ids.find((candidate) => candidate === other);
  if (id !== undefined) return { kind: "found", id };
  const similar = ids
    .map((candidate) => ({ candidate, likeness: compareWords(key, joinWords(candidate)) }))
    .filter(({ likeness }) => likeness >= leastLikeness)
    .toSorted((left, right) => right.likeness - left.likeness)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
  return { kind: "unknown", similar };
}

const joinWords = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Dice's coefficient over pairs of letters, 0 to 1; a word within the other counts as near. Dice 1945. */
function compareWords(left: string, right: string): number {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length >= 3 && long.includes(short)) return 0.9;
  const [pairs, others] = [listPairs(left), listPairs(right)];
  const shared = [...pairs].filter((pair) => others.has(pair)).length;
  return (2 * shared) / Math.max(1, pairs.size + others.size);
}

function listPairs(word: string): ReadonlySet<string> {
  return new Set(
    Array.from({ length: Math.max(0, word.length - 1) }, (_unused, at) => word.slice(at, at + 2)),
  );
}

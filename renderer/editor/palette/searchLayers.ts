import type { AnyLayerDefinition } from "#shared/layers/defineLayer.ts";

/** A layer that answers a search, and the letters of its title that matched (to be marked). */
export interface LayerMatch {
  readonly definition: AnyLayerDefinition;
  /** Indexes into the title; empty where a keyword or the summary matched instead. */
  readonly marks: readonly number[];
  /** The keyword that matched, shown beside the title. */
  readonly via: string | null;
}

/**
 * Finds layers by title first (start of title, start of a word in it, letters in order), then by keyword, then by words
 * of the summary. Better matches come first; equal ones keep the palette's order. An empty query gives all.
 */
export function searchLayers(
  definitions: readonly AnyLayerDefinition[],
  query: string,
): readonly LayerMatch[] {
  const wanted = normalise(query);
  if (wanted === "") return definitions.map((definition) => ({ definition, marks: [], via: null }));
  return definitions
    .flatMap((definition, order) => {
      const found = matchLayer(definition, wanted);
      return found === null ? [] : [{ ...found, order }];
    })
    .sort((left, right) => right.score - left.score || left.order - right.order)
    .map(({ definition, marks, via }) => ({ definition, marks, via }));
}

interface ScoredMatch extends LayerMatch {
  readonly score: number;
}

function matchLayer(definition: AnyLayerDefinition, wanted: string): ScoredMatch | null {
  const title = matchText(definition.title, wanted);
  if (title !== null && title.score >= 40) return { definition, via: null, ...title };
  for (const keyword of definition.keywords ?? []) {
    const text = normalise(keyword);
    const found = text.indexOf(wanted);
    // The whole keyword is surer than the beginning of one.
    const score = text === wanted ? 39 : found === 0 ? 38 : 30;
    if (found >= 0) return { definition, marks: [], via: keyword, score };
  }
  if (title !== null) return { definition, via: null, ...title };
  const words = wanted.length >= 3 && normaliseWords(definition.summary).includes(` ${wanted}`);
  return words ? { definition, marks: [], via: null, score: 5 } : null;
}

/** How well a title answers: 100 exact, 80 start, 60 start of a word, 40 anywhere, 10–30 letters in order. */
export function matchText(
  title: string,
  wanted: string,
): { readonly score: number; readonly marks: readonly number[] } | null {
  const { text, places } = foldTitle(title);
  const at = findBest(text, wanted, places);
  if (at !== null) {
    const marks = Array.from(
      { length: wanted.length },
      (_, index) => places[at + index]?.index ?? 0,
    );
    const isStart = places[at]?.isWordStart === true;
    const score = text === wanted ? 100 : at === 0 ? 80 : isStart ? 60 : 40;
    // Among equals the shorter title is the likelier wish.
    return { score: score - Math.min(9, title.length / 5), marks };
  }
  const marks = matchInOrder(places, wanted);
  if (marks === null) return null;
  const starts = marks.filter(
    (mark) => places.find((place) => place.index === mark)?.isWordStart,
  ).length;
  return { score: 10 + (20 * starts) / wanted.length, marks };
}

interface Place {
  /** In the title as written. */
  readonly index: number;
  readonly character: string;
  readonly isWordStart: boolean;
}

/** `MaxPooling2D` → letters with their places; word starts are capitals and digits after small letters. */
function foldTitle(title: string): { readonly text: string; readonly places: readonly Place[] } {
  const places: Place[] = [];
  title.split("").forEach((character, index) => {
    if (!/[\p{L}\p{N}]/u.test(character)) return;
    const previous = title[index - 1] ?? " ";
    const isWordStart =
      !/[\p{L}\p{N}]/u.test(previous) ||
      (/\p{Lu}/u.test(character) && !/[\p{Lu}\p{N}]/u.test(previous)) ||
      (/\p{N}/u.test(character) && !/\p{N}/u.test(previous));
    places.push({ index, character: character.toLowerCase(), isWordStart });
  });
  return { text: places.map((place) => place.character).join(""), places };
}

function findBest(text: string, wanted: string, places: readonly Place[]): number | null {
  let first: number | null = null;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (places[at]?.isWordStart === true) return at;
    first ??= at;
  }
  return first;
}

/** The letters one after another with gaps; prefers word starts, so that `mp2` marks Max, Pooling, 2. */
function matchInOrder(places: readonly Place[], wanted: string): readonly number[] | null {
  return (
    matchGreedily(places, wanted, (place) => place.isWordStart) ??
    matchGreedily(places, wanted, () => true)
  );
}

function matchGreedily(
  places: readonly Place[],
  wanted: string,
  isAllowed: (place: Place) => boolean,
): readonly number[] | null {
  const marks: number[] = [];
  let from = 0;
  let previous = -2;
  for (const character of wanted) {
    const at = places.findIndex(
      (place, index) =>
        index >= from &&
        place.character === character &&
        (index === previous + 1 || isAllowed(place)),
    );
    if (at < 0) return null;
    marks.push(places[at]?.index ?? 0);
    previous = at;
    from = at + 1;
  }
  // The first letter starts a word, or the match is too loose to be meant.
  return places.find((place) => place.index === marks[0])?.isWordStart === true ? marks : null;
}

function normalise(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

function normaliseWords(text: string): string {
  return ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")}`;
}

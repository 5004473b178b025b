/** What part of the axis is shown. */
export type Span = readonly [from: number, to: number];

/** `factor` above 1 comes nearer to `at`, below 1 goes away. null: all is shown. */
export function zoomSpan(
  span: Span,
  whole: Span,
  { at, factor }: { readonly at: number; readonly factor: number },
): Span | null {
  const [from, to] = span;
  const width = (to - from) / factor;
  const share = to > from ? (at - from) / (to - from) : 0.5;
  const start = at - share * width;
  return keepInside([start, start + width], whole);
}

/** Moves by a share of what is shown. */
export function panSpan(span: Span, whole: Span, share: number): Span | null {
  const distance = share * (span[1] - span[0]);
  return keepInside([span[0] + distance, span[1] + distance], whole);
}

/** Inside the whole, no narrower than a millionth of it; null where it is the whole. */
export function keepInside([from, to]: Span, whole: Span): Span | null {
  const all = whole[1] - whole[0];
  const width = Math.max(to - from, all * 1e-6);
  if (width >= all * 0.999) return null;
  const start = Math.min(Math.max(from, whole[0]), whole[1] - width);
  return [start, start + width];
}

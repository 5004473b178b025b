import type { RawValues } from "./rawData.ts";

interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Pads with zeros or crops around the centre; an odd difference leaves the extra row or column below and right. */
export function resizeImages(values: RawValues, from: ImageSize, to: ImageSize): RawValues {
  const count = Math.floor(values.length / (from.height * from.width * from.channels));
  const resized =
    values instanceof Uint8Array
      ? new Uint8Array(count * to.height * to.width * to.channels)
      : new Float32Array(count * to.height * to.width * to.channels);
  const rows = Math.min(from.height, to.height);
  const columns = Math.min(from.width, to.width);
  const fromTop = Math.floor((from.height - rows) / 2);
  const fromLeft = Math.floor((from.width - columns) / 2);
  const toTop = Math.floor((to.height - rows) / 2);
  const toLeft = Math.floor((to.width - columns) / 2);
  const run = columns * from.channels;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < rows; row++) {
      const source =
        ((image * from.height + fromTop + row) * from.width + fromLeft) * from.channels;
      const target = ((image * to.height + toTop + row) * to.width + toLeft) * to.channels;
      resized.set(values.subarray(source, source + run), target);
    }
  }
  return resized;
}

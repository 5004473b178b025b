/** A small picture of numbers inside a network. */
export interface FeaturePicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** What black and white stand for. */
  readonly low: number;
  readonly high: number;
  /** `[height, width, channels]`, row-major, 0–255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

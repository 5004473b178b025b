import type { Shape } from "#shared/layers/shape.ts";
import { sizesOf } from "#shared/layers/shape.ts";

/** A tensor as a drawing: a bar for a vector, a grid for a sequence, a box for an image. Coordinates in pixels. */
export interface TensorPicture {
  readonly width: number;
  readonly height: number;
  /** Corners, `x,y x,y …`, from back to front. */
  readonly faces: readonly { readonly kind: "front" | "side" | "top"; readonly points: string }[];
}

const shortest = 8;
const longest = 84;
/** How far a box's depth leads to the right and up. */
const slant = 0.5;

/** Length of an axis: logarithmic, so that 1 and 4,096 fit on one page; an unknown size is drawn as 16. */
export function axisLength(size: number | null): number {
  const length = shortest + 7 * Math.log2(Math.max(1, size ?? 16));
  return Math.min(longest, Math.round(length));
}

export function drawTensor(shape: Shape): TensorPicture {
  const lengths = sizesOf(shape).map(axisLength);
  const [first = shortest, second = shortest, third = shortest, fourth = shortest] = lengths;
  switch (lengths.length) {
    case 0:
      return drawBox({ width: shortest, height: shortest, depth: 0, copies: 1 });
    case 1:
      return drawBox({ width: shortest, height: first, depth: 0, copies: 1 });
    // [time, features]: steps go to the right.
    case 2:
      return drawBox({ width: first, height: second, depth: 0, copies: 1 });
    // [height, width, channels]: channels go to the back.
    case 3:
      return drawBox({ width: second, height: first, depth: third, copies: 1 });
    // [depth or time, height, width, channels]: several boxes.
    default:
      return drawBox({
        width: third * 0.7,
        height: second * 0.7,
        depth: fourth * 0.7,
        copies: first <= shortest ? 1 : 3,
      });
  }
}

function drawBox(box: {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly copies: number;
}): TensorPicture {
  const { width, height, copies } = box;
  const shift = box.depth * slant;
  const gap = width * 0.55 + shift;
  const faces: TensorPicture["faces"][number][] = [];
  for (let copy = copies - 1; copy >= 0; copy--) {
    const left = copy * gap;
    const top = shift;
    const corner = (x: number, y: number) => `${round(left + x)},${round(top + y)}`;
    if (shift > 0) {
      faces.push({
        kind: "top",
        points: [
          corner(0, 0),
          corner(shift, -shift),
          corner(width + shift, -shift),
          corner(width, 0),
        ].join(" "),
      });
      faces.push({
        kind: "side",
        points: [
          corner(width, 0),
          corner(width + shift, -shift),
          corner(width + shift, height - shift),
          corner(width, height),
        ].join(" "),
      });
    }
    faces.push({
      kind: "front",
      points: [corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)].join(" "),
    });
  }
  return { width: round((copies - 1) * gap + width + shift), height: round(height + shift), faces };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

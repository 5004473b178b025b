import type { Random } from "../../base/random.ts";

/** A pen line through points in the unit square, y downwards. */
export type Stroke = readonly (readonly [number, number])[];

/** One way to write a digit, chosen at random among the usual ones. */
export function drawDigitStrokes(digit: number, random: Random): readonly Stroke[] {
  const coin = random.next();
  switch (digit) {
    case 0:
      return [arc(0.5, 0.5, 0.36 + 0.14 * coin, 0.5, -100, 265)];
    case 1:
      if (coin < 0.5) return [line([0.5, 0], [0.5, 1])];
      if (coin < 0.8) return [line([0.28, 0.24], [0.55, 0], [0.55, 1])];
      return [line([0.28, 0.24], [0.5, 0], [0.5, 1]), line([0.2, 1], [0.8, 1])];
    case 2:
      return coin < 0.6
        ? [[...arc(0.5, 0.28, 0.4, 0.28, 190, 390), ...line([0.12, 1], [0.92, 1])]]
        : [
            [
              ...arc(0.48, 0.3, 0.36, 0.3, 190, 400),
              ...arc(0.24, 0.88, 0.16, 0.12, 60, 300),
              ...line([0.5, 0.96], [0.95, 0.98]),
            ],
          ];
    case 3:
      return coin < 0.7
        ? [[...arc(0.45, 0.26, 0.38, 0.26, 200, 450), ...arc(0.45, 0.74, 0.42, 0.26, 270, 510)]]
        : [
            [
              ...line([0.1, 0.02], [0.82, 0.02], [0.42, 0.42]),
              ...arc(0.45, 0.7, 0.42, 0.3, 275, 510),
            ],
          ];
    case 4:
      return coin < 0.65
        ? [line([0.3, 0], [0.1, 0.58], [0.95, 0.58]), line([0.72, 0.08], [0.68, 1])]
        : [line([0.7, 1], [0.7, 0], [0.05, 0.66], [0.95, 0.66])];
    case 5:
      return [
        [...line([0.2, 0], [0.16, 0.44]), ...arc(0.45, 0.7, 0.42, 0.3, 240, 510)],
        line([0.2, 0.01], [0.82 + 0.1 * coin, 0.01]),
      ];
    case 6:
      return [
        [
          ...curve([0.74, 0.0], [0.2, 0.18], [0.1, 0.66]),
          ...arc(0.48, 0.71, 0.37, 0.28, 175, -185),
        ],
      ];
    case 7:
      return coin < 0.7
        ? [line([0.08, 0.03], [0.9, 0.03], [0.4, 1])]
        : [line([0.08, 0.03], [0.9, 0.03], [0.4, 1]), line([0.3, 0.5], [0.82, 0.5])];
    case 8:
      return coin < 0.5
        ? [arc(0.5, 0.26, 0.32, 0.25, 0, 360), arc(0.5, 0.75, 0.4, 0.25, 0, 360)]
        : [
            [
              ...curve([0.82, 0.14], [0.5, -0.16], [0.2, 0.16]),
              ...curve([0.2, 0.16], [0.16, 0.42], [0.6, 0.54]),
              ...curve([0.6, 0.54], [1.05, 0.74], [0.7, 0.95]),
              ...curve([0.7, 0.95], [0.3, 1.1], [0.14, 0.84]),
              ...curve([0.14, 0.84], [0.14, 0.62], [0.5, 0.48]),
              ...curve([0.5, 0.48], [0.86, 0.34], [0.82, 0.14]),
            ],
          ];
    default:
      return coin < 0.5
        ? [arc(0.46, 0.29, 0.36, 0.28, 0, 360), line([0.82, 0.22], [0.76, 1])]
        : [
            [
              ...arc(0.46, 0.29, 0.36, 0.28, -10, 350),
              ...curve([0.82, 0.26], [0.86, 0.8], [0.36, 1]),
            ],
          ];
  }
}

function line(...points: readonly (readonly [number, number])[]): Stroke {
  // Corners are broken into short pieces so that the pen's wobble bends straight lines too.
  return points.flatMap((point, index) => {
    const next = points[index + 1];
    if (!next) return [point];
    return [0, 1 / 3, 2 / 3].map(
      (share) =>
        [point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])] as const,
    );
  });
}

/** Degrees; 0 points right, 90 down, 270 up. */
function arc(
  centreX: number,
  centreY: number,
  radiusX: number,
  radiusY: number,
  from: number,
  to: number,
): Stroke {
  const pieces = Math.max(4, Math.round(Math.abs(to - from) / 30));
  return Array.from({ length: pieces + 1 }, (_, index) => {
    const angle = ((from + ((to - from) * index) / pieces) * Math.PI) / 180;
    return [centreX + radiusX * Math.cos(angle), centreY + radiusY * Math.sin(angle)] as const;
  });
}

/** Quadratic Bézier curve. */
function curve(
  start: readonly [number, number],
  control: readonly [number, number],
  end: readonly [number, number],
): Stroke {
  return Array.from({ length: 6 }, (_, index) => {
    const t = index / 5;
    const blend = (a: number, b: number, c: number) =>
      (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c;
    return [blend(start[0], control[0], end[0]), blend(start[1], control[1], end[1])] as const;
  });
}

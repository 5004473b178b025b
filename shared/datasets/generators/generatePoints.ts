import type { Random } from "../../base/random.ts";
import type { RawData } from "../rawData.ts";
import { makeClassTarget, makeFeatures } from "../rawData.ts";

/** Draws one point of a class into `point`; `share` runs evenly over [0, 1) within the class. */
type DrawPoint = (point: Float64Array, classNumber: number, share: number, random: Random) => void;

interface PointCloud {
  readonly label: string;
  readonly target: string;
  readonly classes: readonly string[];
  readonly dimensions: number;
  readonly draw: DrawPoint;
}

/** Classes take turns, so that counts differ by one at most; `noise` is the deviation added to every coordinate. */
export function generatePoints(
  cloud: PointCloud,
  samples: number,
  noise: number,
  random: Random,
): RawData {
  const { dimensions, classes } = cloud;
  const features = new Float32Array(samples * dimensions);
  const labels = new Uint8Array(samples);
  const point = new Float64Array(dimensions);
  for (let sample = 0; sample < samples; sample++) {
    const classNumber = sample % classes.length;
    labels[sample] = classNumber;
    cloud.draw(point, classNumber, sample / samples, random);
    for (let index = 0; index < dimensions; index++) {
      features[sample * dimensions + index] = (point[index] ?? 0) + noise * random.nextNormal();
    }
  }
  return {
    kind: "table",
    label: cloud.label,
    sampleCount: samples,
    isChronological: false,
    fields: [
      makeFeatures("features", dimensions, features),
      makeClassTarget(cloud.target, classes, labels),
    ],
  };
}

export const moons: PointCloud = {
  label: "Two moons",
  target: "moon",
  classes: ["upper", "lower"],
  dimensions: 2,
  draw(point, classNumber, share) {
    const angle = Math.PI * share;
    const isUpper = classNumber === 0;
    point[0] = isUpper ? Math.cos(angle) : 1 - Math.cos(angle);
    point[1] = isUpper ? Math.sin(angle) : 0.5 - Math.sin(angle);
  },
};

export const circles: PointCloud = {
  label: "Two circles",
  target: "circle",
  classes: ["outer", "inner"],
  dimensions: 2,
  draw(point, classNumber, share) {
    const radius = classNumber === 0 ? 1 : 0.5;
    point[0] = radius * Math.cos(2 * Math.PI * share);
    point[1] = radius * Math.sin(2 * Math.PI * share);
  },
};

export const spirals: PointCloud = {
  label: "Two spirals",
  target: "spiral",
  classes: ["first", "second"],
  dimensions: 2,
  draw(point, classNumber, share) {
    // The square root spreads points evenly along the arm instead of crowding the centre.
    const turn = Math.sqrt(share);
    const angle = 1.75 * 2 * Math.PI * turn + Math.PI * classNumber;
    point[0] = (0.08 + 0.92 * turn) * Math.cos(angle);
    point[1] = (0.08 + 0.92 * turn) * Math.sin(angle);
  },
};

/** Corners of a triangle in space, one unit and a half apart. */
const blobCentres = [
  [1, 0, -0.6],
  [-0.5, 0.9, 0.2],
  [-0.4, -0.9, 0.7],
] as const;

export const blobs: PointCloud = {
  label: "Three blobs",
  target: "blob",
  classes: ["A", "B", "C"],
  dimensions: 3,
  draw(point, classNumber) {
    const centre = blobCentres[classNumber] ?? blobCentres[0];
    point[0] = centre[0];
    point[1] = centre[1];
    point[2] = centre[2];
  },
};

export const xor: PointCloud = {
  label: "XOR",
  target: "xor",
  classes: ["same", "different"],
  dimensions: 2,
  draw(point, classNumber, _share, random) {
    const sign = random.next() < 0.5 ? 1 : -1;
    // Kept off the axes, so that without noise the classes do not touch.
    point[0] = sign * (0.1 + 0.9 * random.next());
    point[1] = sign * (classNumber === 0 ? 1 : -1) * (0.1 + 0.9 * random.next());
  },
};

/** Means and deviations like those of Fisher's 1936 measurements, in centimetres; the flowers are invented. */
const flowers = [
  { mean: [5.01, 3.43, 1.46, 0.25], deviation: [0.35, 0.38, 0.17, 0.11] },
  { mean: [5.94, 2.77, 4.26, 1.33], deviation: [0.52, 0.31, 0.47, 0.2] },
  { mean: [6.59, 2.97, 5.55, 2.03], deviation: [0.64, 0.32, 0.55, 0.27] },
] as const;

export const irisLike: PointCloud = {
  label: "Iris-like flowers",
  target: "species",
  classes: ["setosa", "versicolor", "virginica"],
  dimensions: 4,
  draw(point, classNumber, _share, random) {
    const flower = flowers[classNumber] ?? flowers[0];
    // Big flowers are big in every part: a common size factor correlates the four measurements.
    const size = random.nextNormal();
    for (let index = 0; index < 4; index++) {
      const own = 0.75 * size + 0.66 * random.nextNormal();
      const value = (flower.mean[index] ?? 0) + (flower.deviation[index] ?? 0) * own;
      point[index] = Math.max(0.1, Math.round(value * 10) / 10);
    }
  },
};

/** Three measurements; a plane parts the two clouds. */
export const twoClouds: PointCloud = {
  label: "Two clouds",
  target: "cloud",
  classes: ["below", "above"],
  dimensions: 3,
  draw(point, classNumber, _share, random) {
    const side = classNumber === 0 ? -1 : 1;
    // Along the plane x + 2y − z = 0 anywhere, across it on one side.
    const across = side * (0.25 + random.next());
    const [a, b] = [2 * random.next() - 1, 2 * random.next() - 1];
    point[0] = a + across / 6;
    point[1] = b + (2 * across) / 6;
    point[2] = a + 2 * b - across / 6;
  },
};

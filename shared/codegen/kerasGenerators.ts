/** Printed Python that makes data like Netloom's built-in sets: the same figures, other random numbers. */
import { assertNever } from "../base/assertNever.ts";
import { type GeneratedSource, readSizes } from "../datasets/generators/generatedSizes.ts";
import { digitGlyphs } from "./generatorFacts.ts";
import { printSizedKerasGenerator } from "./kerasSizedGenerators.ts";
import { pythonLiteral } from "./literals.ts";

/** The function `make_data(count, noise, rng)`; for series `make_series(length, noise, rng)`. */
export function printKerasGenerator(source: GeneratedSource): string {
  const { generator } = source;
  switch (generator) {
    case "moons":
      return points("moon", 2, "Two interleaving half circles.", [
        "angle = np.pi * share",
        "upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)",
        "lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)",
        "features = np.where(moon[:, None] == 0, upper, lower)",
      ]);
    case "circles":
      return points("circle", 2, "An outer and an inner circle.", [
        "radius = np.where(circle == 0, 1, 0.5)",
        "angle = 2 * np.pi * share",
        "features = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)",
      ]);
    case "spirals":
      return points("spiral", 2, "Two arms that wind around each other.", [
        "turn = np.sqrt(share)",
        "angle = 3.5 * np.pi * turn + np.pi * spiral",
        "radius = 0.08 + 0.92 * turn",
        "features = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)",
      ]);
    case "blobs":
      return points("blob", 3, "Three clouds in space.", [
        "centres = np.array([[1, 0, -0.6], [-0.5, 0.9, 0.2], [-0.4, -0.9, 0.7]])",
        "features = centres[blob]",
      ]);
    case "xor":
      return points("xor", 2, "Four quadrants: class 0 where both signs are the same.", [
        "sign = rng.choice([-1, 1], count)",
        "other = np.where(xor == 0, sign, -sign)",
        "x, y = rng.uniform(0.1, 1, (2, count))",
        "features = np.stack([sign * x, other * y], axis=1)",
      ]);
    case "iris-like":
      return points(
        "species",
        3,
        "Four measurements of invented flowers, in centimetres, like Fisher's irises.",
        [
          "mean = np.array([[5.01, 3.43, 1.46, 0.25], [5.94, 2.77, 4.26, 1.33], [6.59, 2.97, 5.55, 2.03]])",
          "deviation = np.array([[0.35, 0.38, 0.17, 0.11], [0.52, 0.31, 0.47, 0.2], [0.64, 0.32, 0.55, 0.27]])",
          "size = rng.normal(size=(count, 1))",
          "own = 0.75 * size + 0.66 * rng.normal(size=(count, 4))",
          "features = np.maximum(0.1, mean[species] + deviation[species] * own)",
        ],
      );
    case "two-views":
      return twoViews;
    case "sensor-steps":
      return sensorSteps;
    case "sine":
      return sine;
    case "seasonal":
      return seasonal;
    case "trend-windows":
      return trend;
    case "digits":
      return digits;
    case "colour-shapes":
      return shapes;
    case "two-clouds":
    case "pictures":
    case "picture-masks":
    case "edge-maps":
    case "noisy-digits":
    case "digit-pairs":
    case "moving-figures":
    case "drawn-waves":
    case "audio-steps":
    case "word-topics":
    case "next-words":
    case "reversed-words": {
      const printed = printSizedKerasGenerator(generator, readSizes(source));
      // Every one of them is printed there; the scripts' test runs all.
      if (printed === null) throw new Error(`Nothing prints ${generator}`);
      return printed;
    }
    default:
      return assertNever(generator);
  }
}

function points(target: string, classes: number, doc: string, lines: readonly string[]): string {
  return `def make_data(count, noise, rng):
    """${doc}"""
    ${target} = np.arange(count) % ${classes}
    share = np.arange(count) / count
${lines.map((line) => `    ${line}`).join("\n")}
    features = features + noise * rng.normal(size=features.shape)
    return features.astype("float32"), ${target}`.replace(
    // Only figures that run along a line need it.
    lines.some((line) => line.includes("share")) ? /$^/ : "    share = np.arange(count) / count\n",
    "",
  );
}

const twoViews = `def make_data(count, noise, rng):
    """A ramp and a wave per sample; the class takes one bit from each."""
    pattern = np.arange(count) % 4
    sign = np.where(pattern % 2 == 0, 1, -1)[:, None]
    waves = np.where(pattern < 2, 2, 5)[:, None]
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    left = sign * (np.arange(16) / 7.5 - 1)
    right = np.sin(2 * np.pi * waves * np.arange(32) / 32 + phase)
    left = left + noise * rng.normal(size=left.shape)
    right = right + noise * rng.normal(size=right.shape)
    return left.astype("float32"), right.astype("float32"), pattern`;

const sensorSteps = `def make_data(count, noise, rng):
    """Five sensors over ten steps, and a reading at each step that depends on all five."""
    sequence = rng.normal(size=(count, 10, 5))
    total = sequence @ np.array([0.8, -0.5, 0.3, 0.6, -0.2])
    reading = np.tanh(total) + 0.3 * total**2 + noise * rng.normal(size=total.shape)
    return sequence.astype("float32"), reading[..., None].astype("float32")`;

const sine = `def make_series(length, noise, rng):
    """Two waves in one."""
    step = np.arange(length)
    phase = rng.uniform(0, 2 * np.pi)
    clean = np.sin(2 * np.pi * step / 25 + phase)
    clean += 0.4 * np.sin(2 * np.pi * step / 61 + 2 * phase)
    return (clean + noise * rng.normal(size=length)).astype("float32")[:, None]`;

const seasonal = `def make_series(length, noise, rng):
    """Months with growth and a season that grows with it."""
    month = np.arange(length)
    season = np.array([0.9, 0.87, 1, 0.98, 0.98, 1.1, 1.23, 1.22, 1.06, 0.92, 0.81, 0.92])
    trend = 110 + 380 * month / max(144, length)
    series = trend * season[month % 12] * (1 + noise * rng.normal(size=length))
    return series.astype("float32")[:, None]`;

const trend = `def make_series(length, noise, rng):
    """A price-like walk: drifting trend, slow waves, small shocks."""
    drift, level = 0.05, 100.0
    series = np.zeros((length, 1), dtype="float32")
    for day in range(length):
        drift = 0.97 * drift + 0.03 * (0.06 + 0.25 * rng.normal())
        level = max(10, level + drift + 0.35 * np.sin(2 * np.pi * day / 90))
        series[day] = level + noise * rng.normal()
    return series`;

const digits = `# The ten digits as 5 × 7 dots, one number per row.
GLYPHS = np.array(
    [
${digitGlyphs.map((glyph) => `        ${pythonLiteral(glyph)},`).join("\n")}
    ]
)


def make_data(count, noise, rng):
    """Digits of 28 × 28 bytes: shifted, stretched, slanted, noisy."""
    digit = np.arange(count) % 10
    image = np.zeros((count, 28, 28, 1), dtype="float32")
    y, x = np.mgrid[0:28, 0:28]
    for sample, label in enumerate(digit):
        width, height = rng.uniform(2, 3.6), rng.uniform(2.2, 3.2)
        left = 14 - 2.5 * width + rng.uniform(-2, 2)
        top = 14 - 3.5 * height + rng.uniform(-2, 2)
        column = np.floor((x - left + rng.uniform(-0.15, 0.15) * (y - 14)) / width).astype(int)
        row = np.floor((y - top) / height).astype(int)
        inside = (column >= 0) & (column < 5) & (row >= 0) & (row < 7)
        dots = GLYPHS[label][np.clip(row, 0, 6)] >> (4 - np.clip(column, 0, 4)) & 1
        image[sample, ..., 0] = 0.9 * dots * inside
    image = np.clip(image + noise * rng.normal(size=image.shape), 0, 1)
    return (255 * image).astype("float32"), digit`;

const shapes = `# Whether a point (-1 … 1, y downwards) is inside each of the ten figures.
FIGURES = [
    lambda x, y: x**2 + y**2 < 0.72,
    lambda x, y: abs(np.hypot(x, y) - 0.68) < 0.2,
    lambda x, y: np.maximum(abs(x), abs(y)) < 0.74,
    lambda x, y: (y < 0.62) & (y > -0.85 + 1.75 * abs(x)),
    lambda x, y: (np.minimum(abs(x), abs(y)) < 0.25) & (np.maximum(abs(x), abs(y)) < 0.9),
    lambda x, y: abs(x) + abs(y) < 0.95,
    lambda x, y: (x**2 + y**2 < 0.8) & ((x - 0.42) ** 2 + y**2 > 0.5),
    lambda x, y: (abs(y) < 0.85) & (abs(x) < 0.85 * abs(y) + 0.06),
    lambda x, y: (abs(x) < 0.3) & (abs(y) < 0.95),
    lambda x, y: (abs(x) < 0.95) & (abs(y) < 0.3),
]


def make_data(count, noise, rng):
    """Coloured figures on coloured ground, 32 × 32 × 3 bytes."""
    shape = np.arange(count) % len(FIGURES)
    image = np.zeros((count, 32, 32, 3), dtype="float32")
    y, x = np.mgrid[0:32, 0:32] + 0.5
    for sample, label in enumerate(shape):
        ground = rng.uniform(size=3)
        ink = (ground + rng.uniform(0.35, 0.65, 3)) % 1
        radius = rng.uniform(8, 13)
        centre_x, centre_y = 16 + rng.uniform(-1, 1, 2) * (16 - radius)
        inside = FIGURES[label]((x - centre_x) / radius, (y - centre_y) / radius)
        image[sample] = np.where(inside[..., None], ink, ground)
    image = np.clip(image + noise * rng.normal(size=image.shape), 0, 1)
    return (255 * image).astype("float32"), shape`;

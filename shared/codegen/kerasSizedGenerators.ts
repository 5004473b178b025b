/** Printed Python for the built-in sets of any size: the same kind of data, other random numbers. */
import type { GeneratorName } from "../datasets/binding.ts";
import type { GeneratedSizes } from "../datasets/generators/generatedSizes.ts";
import { digitGlyphs } from "./generatorFacts.ts";
import { pythonLiteral } from "./literals.ts";

/** The function `make_data(count, noise, rng)`; null: a set of one size, which `kerasGenerators.ts` prints. */
export function printSizedKerasGenerator(
  generator: GeneratorName,
  { shape, classes, vocabulary }: GeneratedSizes,
): string | null {
  const [first = 1] = shape;
  switch (generator) {
    case "two-clouds":
      return twoClouds;
    case "pictures":
      return pictures(shape, classes);
    case "picture-masks":
      return `${paintFigures(shape)}\n\n\n${masks(shape, classes)}`;
    case "edge-maps":
      return `${paintFigures(shape)}\n\n\n${edgeMaps(shape)}`;
    case "noisy-digits":
      return `${drawDigits}\n\n\n${noisyDigits}`;
    case "digit-pairs":
      return `${drawDigits}\n\n\n${digitPairs}`;
    case "moving-figures":
      return films(shape);
    case "drawn-waves":
      return waves(first);
    case "audio-steps":
      return audio(first, classes);
    case "word-topics":
      return topics(first, classes, vocabulary);
    case "next-words":
      return nextWords(first, vocabulary);
    case "reversed-words":
      return reversed(first, vocabulary);
    default:
      return null;
  }
}

const twoClouds = `def make_data(count, noise, rng):
    """Three measurements; a plane parts the two classes."""
    cloud = np.arange(count) % 2
    across = np.where(cloud == 0, -1, 1) * rng.uniform(0.25, 1.25, count)
    a, b = rng.uniform(-1, 1, (2, count))
    features = np.stack([a + across / 6, b + across / 3, a + 2 * b - across / 6], axis=1)
    features = features + noise * rng.normal(size=features.shape)
    return features.astype("float32"), cloud`;

function pictures([height = 1, width = 1, channels = 1]: readonly number[], classes: number) {
  return `def make_data(count, noise, rng):
    """Coloured stripes of ${height} × ${width} × ${channels} bytes: direction, width and colour tell the class."""
    # Of many classes only as many occur as have eight pictures each.
    shown = max(2, min(${classes}, count // 8))
    label = np.arange(count) % shown * ${classes} // shown
    y, x = np.mgrid[0:${height}, 0:${width}]
    image = np.zeros((count, ${height}, ${width}, ${channels}), dtype="float32")
    for sample, kind in enumerate(label):
        angle, stripes = np.pi * 0.382 * kind, np.pi * (3 + kind % 5)
        phase, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.45)
        way = np.cos(angle) * x / ${width} + np.sin(angle) * y / ${height}
        colour = strength * np.cos(2 * np.pi * (0.618 * kind + np.arange(${channels}) / 3))
        wave = np.sin(stripes * way + phase)[..., None]
        image[sample] = rng.uniform(0.4, 0.6) + wave * colour
        image[sample] += noise * rng.normal(size=image[sample].shape)
    return (255 * np.clip(image, 0, 1)).astype("float32"), label`;
}

function paintFigures([height = 1, width = 1]: readonly number[]): string {
  return `# Whether a point (-1 … 1) is inside a disc, a square, a diamond or a cross.
FIGURES = [
    lambda x, y: x**2 + y**2 < 1,
    lambda x, y: np.maximum(abs(x), abs(y)) < 0.85,
    lambda x, y: abs(x) + abs(y) < 1.1,
    lambda x, y: (np.minimum(abs(x), abs(y)) < 0.35) & (np.maximum(abs(x), abs(y)) < 1),
]


def paint_figures(kinds, rng):
    """Brightness of every pixel, and the number of the figure that it belongs to, from 1 on."""
    y, x = np.mgrid[0:${height}, 0:${width}] + 0.5
    level = np.full((${height}, ${width}), rng.uniform(0.15, 0.35))
    kind = np.zeros((${height}, ${width}), dtype="int64")
    for _ in range(rng.integers(1, 4)):
        figure = rng.integers(kinds)
        radius = ${Math.min(height, width)} * rng.uniform(0.12, 0.26)
        centre_x = rng.uniform(radius, ${width} - radius)
        centre_y = rng.uniform(radius, ${height} - radius)
        inside = FIGURES[figure]((x - centre_x) / radius, (y - centre_y) / radius)
        level[inside] = rng.uniform(0.55, 0.95)
        kind[inside] = figure + 1
    return level, kind`;
}

function masks([, , channels = 1]: readonly number[], classes: number): string {
  return `def make_data(count, noise, rng):
    """Bright figures on dark ground, and for every pixel what it belongs to."""
    level, mask = zip(*(paint_figures(${classes - 1}, rng) for _ in range(count)))
    image = np.repeat(np.stack(level)[..., None], ${channels}, axis=-1)
    image = np.clip(image + noise * rng.normal(size=image.shape), 0, 1)
    return (255 * image).astype("float32"), np.stack(mask)`;
}

function edgeMaps([, , channels = 1]: readonly number[]): string {
  return `def make_data(count, noise, rng):
    """Noisy figures, and how steep the clean picture is at every pixel (Sobel's operator)."""
    level = np.stack([paint_figures(len(FIGURES), rng)[0] for _ in range(count)])
    padded = np.pad(level, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = padded[:, :, 2:] - padded[:, :, :-2]
    across = across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]
    down = padded[:, 2:] - padded[:, :-2]
    down = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    edges = np.minimum(1, np.hypot(across, down) / 4)[..., None]
    image = np.repeat(level[..., None], ${channels}, axis=-1)
    image = np.clip(image + noise * rng.normal(size=image.shape), 0, 1)
    return (255 * image).astype("float32"), edges.astype("float32")`;
}

const drawDigits = `# The ten digits as 5 × 7 dots, one number per row.
GLYPHS = np.array(
    [
${digitGlyphs.map((glyph) => `        ${pythonLiteral(glyph)},`).join("\n")}
    ]
)


def draw_digits(labels, rng):
    """Digits of 28 × 28 values from 0 to 1: shifted, stretched, slanted."""
    images = np.zeros((len(labels), 28, 28, 1), dtype="float32")
    y, x = np.mgrid[0:28, 0:28]
    for sample, label in enumerate(labels):
        width, height = rng.uniform(2, 3.6), rng.uniform(2.2, 3.2)
        left = 14 - 2.5 * width + rng.uniform(-2, 2)
        top = 14 - 3.5 * height + rng.uniform(-2, 2)
        column = np.floor((x - left + rng.uniform(-0.15, 0.15) * (y - 14)) / width).astype(int)
        row = np.floor((y - top) / height).astype(int)
        inside = (column >= 0) & (column < 5) & (row >= 0) & (row < 7)
        dots = GLYPHS[label][np.clip(row, 0, 6)] >> (4 - np.clip(column, 0, 4)) & 1
        images[sample, ..., 0] = 0.9 * dots * inside
    return images`;

const noisyDigits = `def make_data(count, noise, rng):
    """Digits with noise as bytes, and the same picture without it, 0 to 1."""
    clean = draw_digits(np.arange(count) % 10, rng)
    image = np.clip(clean + noise * rng.normal(size=clean.shape), 0, 1)
    return (255 * image).astype("float32"), clean`;

const digitPairs = `def make_data(count, noise, rng):
    """Two digits, and whether they are the same one."""
    same = np.arange(count) % 2
    first = rng.integers(10, size=count)
    second = np.where(same == 1, first, (first + rng.integers(1, 10, count)) % 10)
    left, right = draw_digits(first, rng), draw_digits(second, rng)
    left = np.clip(left + noise * rng.normal(size=left.shape), 0, 1)
    right = np.clip(right + noise * rng.normal(size=right.shape), 0, 1)
    return (255 * left).astype("float32"), (255 * right).astype("float32"), same`;

function films([frames = 1, height = 1, width = 1, channels = 1]: readonly number[]): string {
  const side = Math.max(2, Math.round(Math.min(height, width) / 4));
  return `def make_data(count, noise, rng):
    """${frames} frames of a square that moves right, left, down or up, and comes back on the other side."""
    direction = np.arange(count) % 4
    frame, y, x = np.mgrid[0:${frames}, 0:${height}, 0:${width}]
    frames = np.zeros((count, ${frames}, ${height}, ${width}, ${channels}), dtype="float32")
    for sample, way in enumerate(direction):
        step = frame if way % 2 == 0 else -frame
        left = rng.integers(${width}) + (step if way < 2 else 0)
        top = rng.integers(${height}) + (0 if way < 2 else step)
        inside = ((x - left) % ${width} < ${side}) & ((y - top) % ${height} < ${side})
        frames[sample] = inside[..., None]
    frames += (noise * rng.normal(size=frames.shape)).astype("float32")
    return frames, direction`;
}

function waves(steps: number): string {
  return `def make_data(count, noise, rng):
    """Frequency and height of a wave, and the wave."""
    turns, height = rng.uniform(0.5, 2.5, (count, 1)), rng.uniform(0.3, 1, (count, 1))
    wave = height * np.sin(2 * np.pi * turns * np.arange(${steps}) / ${steps})
    wave = wave + noise * rng.normal(size=wave.shape)
    settings = np.hstack([turns, height])
    return settings.astype("float32"), wave.astype("float32")[..., None]`;
}

function audio(steps: number, classes: number): string {
  return `def make_data(count, noise, rng):
    """Two tones, and at each step the next value as one of ${classes} levels (mu-law)."""
    low, high = rng.uniform(0.2, 0.5, (count, 1)), rng.uniform(0.7, 1.3, (count, 1))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    step = np.arange(${steps + 1})
    value = 0.6 * np.sin(low * step + phase) + 0.3 * np.sin(high * step)
    value = np.clip(value + noise * rng.normal(size=value.shape), -1, 1)
    bent = np.sign(value) * np.log1p(${classes - 1} * abs(value)) / np.log1p(${classes - 1})
    level = np.minimum(${classes - 1}, ((bent + 1) / 2 * ${classes}).astype("int64"))
    return value[:, :-1, None].astype("float32"), level[:, 1:]`;
}

function topics(steps: number, classes: number, vocabulary: number): string {
  const own = Math.max(1, Math.min(20, Math.floor((vocabulary - 1) / (2 * classes))));
  const common = Math.max(1, vocabulary - 1 - own * classes);
  return `def make_data(count, noise, rng):
    """Texts of ${steps} word numbers; each topic has ${own} words of its own."""
    topic = np.arange(count) % ${classes}
    size = (count, ${steps})
    other = rng.integers(${classes}, size=size)
    own = np.where(rng.uniform(size=size) < noise, other, topic[:, None])
    telling = 1 + own * ${own} + rng.integers(${own}, size=size)
    common = ${1 + own * classes} + rng.integers(${common}, size=size)
    return np.where(rng.uniform(size=size) < 0.2, telling, common), topic`;
}

function nextWords(steps: number, vocabulary: number): string {
  return `def make_data(count, noise, rng):
    """An invented language: each word follows from the two before it."""
    text = np.zeros((count, ${steps + 2}), dtype="int64")
    text[:, :2] = rng.integers(${vocabulary - 1}, size=(count, 2))
    for step in range(2, ${steps + 2}):
        follower = (text[:, step - 1] + 1 + 5 * (text[:, step - 2] % 2)) % ${vocabulary - 1}
        stray = rng.integers(${vocabulary - 1}, size=count)
        text[:, step] = np.where(rng.uniform(size=count) < noise, stray, follower)
    return 1 + text[:, 1:-1], 1 + text[:, 2:]`;
}

function reversed(steps: number, vocabulary: number): string {
  return `def make_data(count, noise, rng):
    """Sentences, what was answered before each step (word 1 begins), and the answer: reversed."""
    source = rng.integers(2, ${vocabulary}, size=(count, ${steps}))
    stray = rng.integers(2, ${vocabulary}, size=source.shape)
    answer = np.where(rng.uniform(size=source.shape) < noise, stray, source[:, ::-1])
    previous = np.hstack([np.ones((count, 1), dtype="int64"), answer[:, :-1]])
    return source, previous, answer`;
}

/** Fixed parts of printed Python: no user's text in here, only what scripts have in common. */
import type { Scaling } from "../datasets/binding.ts";

export const splitBySeed = (share: number, seed: number) => `def split_samples(count):
    """Sample numbers for training and validation, mixed by seed."""
    order = np.random.default_rng(${seed}).permutation(count)
    held_out = round(count * ${share})
    return order[held_out:], order[:held_out]`;

export const splitByTime = (share: number) => `def split_samples(count):
    """Sample numbers for training and validation: what comes last is held out."""
    order = np.arange(count)
    train_count = count - round(count * ${share})
    return order[:train_count], order[train_count:]`;

const fits: Readonly<Record<Exclude<Scaling, "none">, { doc: string; lines: string }>> = {
  standardise: {
    doc: "mean 0 and deviation 1",
    lines: `    offset = seen.mean(axis=0)
    scale = seen.std(axis=0)`,
  },
  zeroToOne: {
    doc: "the range 0 to 1",
    lines: `    offset = seen.min(axis=0)
    scale = seen.max(axis=0) - offset`,
  },
  minusOneToOne: {
    doc: "the range -1 to 1",
    lines: `    offset = (seen.min(axis=0) + seen.max(axis=0)) / 2
    scale = (seen.max(axis=0) - seen.min(axis=0)) / 2`,
  },
};

export const scaleColumns = (
  scaling: Exclude<Scaling, "none">,
) => `def scale_columns(values, rows, measured):
    """Brings measured columns to ${fits[scaling].doc}, seen on the given rows alone."""
    seen = values[rows][..., measured].reshape(-1, len(measured))
${fits[scaling].lines}
    values[..., measured] = (values[..., measured] - offset) / np.where(scale == 0, 1, scale)`;

export const readIdx = `def read_idx(path):
    """An IDX file of bytes (MNIST's format), gzipped or not."""
    data = Path(path).read_bytes()
    if data[:2] == b"\\x1f\\x8b":
        data = gzip.decompress(data)
    if data[:3] != b"\\x00\\x00\\x08":
        raise ValueError(f"{path} is no IDX file of bytes.")
    rank = data[3]
    sizes = np.frombuffer(data, ">u4", count=rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(sizes)`;

export const resizeImages = `def resize_images(images, height, width):
    """Pads with zeros or crops around the centre."""
    for axis, size in ((1, height), (2, width)):
        missing = size - images.shape[axis]
        if missing > 0:
            padding = [(0, 0)] * images.ndim
            padding[axis] = (missing // 2, missing - missing // 2)
            images = np.pad(images, padding)
        elif missing < 0:
            start = -missing // 2
            images = np.take(images, range(start, start + size), axis=axis)
    return images`;

export const readCsv = `def read_csv(path, delimiter):
    """Rows of cells, without empty rows."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file, delimiter=delimiter)]
    return [row for row in rows if any(row)]`;

export const numberColumn = `def number_column(rows, column):
    """A column of numbers; missing ones are NaN."""
    cells = (row[column] for row in rows)
    values = [float("nan") if cell in MISSING else float(cell.replace(",", ".")) for cell in cells]
    return np.array(values, dtype="float32")[:, None]`;

export const classColumn = `def class_column(rows, column, merged=None):
    """Class numbers from 0 on, in the order of the sorted texts; missing ones are -1."""
    cells = [(merged or {}).get(row[column], row[column]) for row in rows]
    classes = sorted({cell for cell in cells if cell not in MISSING}, key=text_order)
    numbers = {text: number for number, text in enumerate(classes)}
    return np.array([numbers.get(cell, -1) for cell in cells])


def text_order(text):
    """By value where texts are numbers, else by code."""
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)`;

export const oneHotColumns = `def one_hot_columns(rows, column, merged=None):
    """One column per category; all zeros where it is missing."""
    numbers = class_column(rows, column, merged)
    return (numbers[:, None] == np.arange(numbers.max() + 1)).astype("float32")`;

export const fillMissing = `def fill_missing(values, rows):
    """Missing numbers become their column's mean over the training rows."""
    means = np.nan_to_num(np.nanmean(values[rows], axis=0))
    return np.where(np.isnan(values), means, values)`;

export const fillForward = `def fill_forward(values):
    """A missing number takes the one before it; at the start, the first there is."""
    for column in values.T:
        known = np.flatnonzero(~np.isnan(column))
        if len(known):
            places = np.searchsorted(known, np.arange(len(column)), side="right") - 1
            column[:] = column[known[np.maximum(places, 0)]]
    return values`;

export const makeWindows = `def make_windows(series, count, first, rows):
    """As many rows of the series for every sample, from row sample + first on."""
    return np.stack([series[sample + first : sample + first + rows] for sample in range(count)])`;

/** Cropping and zero padding along time, over images and volumes: six layers, one shape rule. */
import { err, ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import {
  type AnyLayerDefinition,
  type CallOption,
  defineLayer,
  type LayerExample,
  type ShapeIssue,
} from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import type { IntTupleParam } from "../params.ts";
import { axis, type Axis } from "../shape.ts";
import { joinSpatial, readSpatial, type SpatialRank } from "../spatial.ts";

interface EdgeFamily {
  readonly type: string;
  readonly title: string;
  /** The function in `tf.layers`; null where tfjs has none. */
  readonly tfjsFactory: string | null;
  readonly summary: string;
  readonly about: string;
  readonly page: string;
  readonly keywords: readonly string[];
  /** Keras's default: rows at every end. */
  readonly initial: number;
  readonly examples: readonly LayerExample[];
}

const placesByRank: Readonly<Record<SpatialRank, string>> = {
  1: "steps",
  2: "rows and columns",
  3: "slices, rows and columns",
};

const endsByRank: Readonly<Record<SpatialRank, string>> = {
  1: "at the start and at the end",
  2: "above and below, then on the left and on the right",
  3: "in front and behind, above and below, on the left and on the right",
};

function edgeParam(rank: SpatialRank, mode: "crop" | "pad", initial: number) {
  return {
    kind: "intTuple",
    length: 2 * rank,
    default: Array.from({ length: 2 * rank }, () => initial),
    min: 0,
    label: mode === "crop" ? "Cropping" : "Padding",
    help:
      mode === "crop"
        ? `How many ${placesByRank[rank]} to cut off, ${endsByRank[rank]}.`
        : `How many ${placesByRank[rank]} of zeros to add, ${endsByRank[rank]}.`,
  } as const satisfies IntTupleParam;
}

type Ends = readonly (readonly [number, number])[];

/** `[top, bottom, left, right]` as one pair for each axis. */
function toPairs(edges: readonly number[]): Ends {
  return edges.flatMap((before, index) =>
    index % 2 === 0 ? [[before, edges[index + 1] ?? 0] as const] : [],
  );
}

function captionEdges(edges: readonly number[]): readonly string[] {
  const pairs = toPairs(edges);
  if (pairs.some(([before, after]) => before !== after))
    return [pairs.map((pair) => pair.join(", ")).join(" · ")];
  const sizes = pairs.map(([before]) => before);
  return [sizes.every((size) => size === sizes[0]) ? `${sizes[0]}` : sizes.join("×")];
}

/** The pairs as Keras takes them: one alone along time, else a list of them. */
function edgeOption(name: string, edges: readonly number[], initial: number): CallOption {
  const toValue = (pairs: Ends) => {
    const [first = [0, 0]] = pairs;
    return pairs.length === 1 ? [...first] : pairs.map((pair) => [...pair]);
  };
  const standard = toValue(toPairs(edges.map(() => initial)));
  return {
    tfjsName: name,
    pythonName: name,
    value: toValue(toPairs(edges)),
    // tfjs's Cropping2D has no default.
    ...(name === "cropping" ? {} : { tfjsDefault: standard }),
    pythonDefault: standard,
  };
}

/** tfjs has ZeroPadding2D and Cropping2D; ours (`engine/layers/spatialReshaping.ts`) does the other ranks. */
export function defineZeroPadding(rank: SpatialRank, family: EdgeFamily): AnyLayerDefinition {
  const specs = {
    padding: edgeParam(rank, "pad", family.initial),
    dataFormat: dataFormatParam,
  } as const;
  return defineLayer({
    ...describeEdges(family),
    formula: "output = input, with zeros before and after it along each axis",
    params: specs,
    caption: ({ padding }) => captionEdges(padding),
    inferShape({ padding, dataFormat }, inputs) {
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const spatial = changeSizes(input.value.spatial, toPairs(padding), 1);
      return ok(joinSpatial(spatial, input.value.channels, dataFormat));
    },
    weights: () => [],
    lower(params) {
      const option = edgeOption("padding", params.padding, family.initial);
      const call = { className: family.title, specs, params, omit: ["padding"], extra: [option] };
      return family.tfjsFactory === null
        ? lowerOwn({
            ...call,
            tfjsFactory: "spatialReshaping",
            tfjsOptions: { mode: "pad", rank },
          })
        : lowerParams({ ...call, tfjsFactory: family.tfjsFactory });
    },
    examples: family.examples,
  });
}

export function defineCropping(rank: SpatialRank, family: EdgeFamily): AnyLayerDefinition {
  const specs = {
    cropping: edgeParam(rank, "crop", family.initial),
    // Keras's Cropping1D has none.
    ...(rank === 1 ? {} : { dataFormat: dataFormatParam }),
  } as const;
  return defineLayer({
    ...describeEdges(family),
    formula: "output = input without the first and last steps along each axis",
    params: specs,
    caption: ({ cropping }) => captionEdges(cropping),
    inferShape({ cropping, dataFormat = "channelsLast" }, inputs) {
      const input = readSpatial(onlyInput(inputs), { rank, dataFormat });
      if (!input.ok) return input;
      const pairs = toPairs(cropping);
      const spatial = changeSizes(input.value.spatial, pairs, -1);
      if (spatial.some(({ size }) => size !== null && size < 1))
        return err(describeTooSmall(input.value.spatial, pairs));
      return ok(joinSpatial(spatial, input.value.channels, dataFormat));
    },
    weights: () => [],
    lower(params, inputs) {
      const option = edgeOption("cropping", params.cropping, family.initial);
      const call = { className: family.title, specs, params, omit: ["cropping"], extra: [option] };
      // tfjs's own subtracts from unknown sizes as from 0 (layers/convolutional.ts, Cropping2D).
      const isKnown = onlyInput(inputs).axes.every(({ size }) => size !== null);
      return family.tfjsFactory === null || !isKnown
        ? lowerOwn({
            ...call,
            tfjsFactory: "spatialReshaping",
            tfjsOptions: { mode: "crop", rank },
          })
        : lowerParams({ ...call, tfjsFactory: family.tfjsFactory });
    },
    examples: family.examples,
  });
}

function changeSizes(spatial: readonly Axis[], pairs: Ends, sign: 1 | -1): readonly Axis[] {
  return spatial.map(({ name, size }, index) => {
    const [before, after] = pairs[index] ?? [0, 0];
    return axis(name, size === null ? null : size + sign * (before + after));
  });
}

function describeTooSmall(spatial: readonly Axis[], pairs: Ends): ShapeIssue {
  const least = pairs.map(([before, after]) => before + after + 1).join(" × ");
  // What leaves one step, taken evenly from both ends.
  const value = pairs.flatMap(([before, after], index) => {
    const spare = Math.max((spatial[index]?.size ?? before + after + 1) - 1, 0);
    if (before + after <= spare) return [before, after];
    const first = Math.min(before, Math.floor(spare / 2));
    return [first, Math.min(after, spare - first)];
  });
  return {
    code: "size",
    needs:
      spatial.length === 1
        ? `a sequence of at least ${least} steps`
        : `${spatial.length === 2 ? "an image" : "a volume"} of at least ${least}`,
    input: 0,
    param: "cropping",
    hints: [{ kind: "setParam", param: "cropping", value, title: `Crop ${value.join(", ")}` }],
  };
}

function describeEdges(family: EdgeFamily) {
  return {
    type: family.type,
    title: family.title,
    category: "reshaping",
    summary: family.summary,
    about: family.about,
    sources: [
      {
        title: `Keras: ${family.title} layer`,
        url: `https://keras.io/api/layers/reshaping_layers/${family.page}/`,
      },
    ],
    keywords: family.keywords,
    inputs: { min: 1, max: 1 },
    outputs: 1,
  } as const;
}

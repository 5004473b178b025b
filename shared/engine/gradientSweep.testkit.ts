/** Cases for the sweep over gradients: every layer, with options and sizes drawn at random. */
import { createRandom, type Random } from "../base/random.ts";
import { drawOptions } from "../compiler/drawOptions.testkit.ts";
import { checkConstraints } from "../layers/checkConstraints.ts";
import type { AnyLayerDefinition } from "../layers/defineLayer.ts";
import { readExample } from "../layers/example.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { countValues } from "../layers/shape.ts";
import { caseOfExample, type GradientCase } from "./gradients.testkit.ts";
import { drawWideCase } from "./wideCases.testkit.ts";

/** A few large sizes among many small: programs change with size, and finite differences want to end. */
const mostValues = 40_000;

/** Two mostly; one sample, odd numbers and more than a warp are where programs differ. */
const batches = [1, 2, 2, 2, 3, 5, 33];

const trained = layerDefinitions.filter((definition) =>
  definition.examples.some((example) => readExample(definition, example).call !== null),
);

/** The case of this number, always the same one; null where what was drawn does not fit the layer. */
export function drawGradientCase(number: number): GradientCase | null {
  const random = createRandom(`sweep ${number}`);
  if (number % 8 === 7) return drawWideCase(random, number);
  const definition = trained[(number - Math.floor(number / 8)) % trained.length];
  if (definition === undefined) return null;
  const read = drawExample(random, definition);
  if (read === null || read.call === null) return null;
  const { inputs, outputs, weights, params } = read;
  // The CPU says so where WebGPU reads what lies there: inputs are drawn from 0 to 3.
  if (Number(params["inputDim"] ?? Infinity) < 4) return null;
  if (checkConstraints(definition.params, params, weights).length > 0) return null;
  const batch = batches[random.nextInt(batches.length)] ?? 2;
  const counts = [...inputs, ...outputs].map((shape) => (countValues(shape) ?? Infinity) * batch);
  const sizes = weights.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  if ([...counts, ...sizes].some((count) => count > mostValues || count === 0)) return null;
  const hasGradient =
    inputs.some(({ dtype }) => dtype === "float32") || weights.some((weight) => weight.isTrainable);
  const title = `${number}: ${read.title}, batch ${batch}`;
  return hasGradient ? { ...caseOfExample(read), title, batch } : null;
}

function drawExample(random: Random, definition: AnyLayerDefinition) {
  const example = definition.examples[random.nextInt(definition.examples.length)];
  if (example === undefined) return null;
  const params = random.nextInt(3) === 0 ? example.params : drawOptions(random, definition);
  const resize = drawSizes(random);
  const inputs = example.inputs.map((sizes) =>
    sizes.map((size) => (size === null ? 6 : resize(size))),
  );
  try {
    return readExample(definition, { ...example, params, inputs });
  } catch {
    // It does not fit, and analysis would say so.
    return null;
  }
}

/** The same new size for the same old one, so that inputs that fitted each other still do. */
function drawSizes(random: Random): (size: number) => number {
  const known = new Map<number, number>();
  const kind = random.nextInt(6);
  return (size) => {
    const drawn = known.get(size) ?? drawSize(random, { size, kind });
    known.set(size, drawn);
    return drawn;
  };
}

function drawSize(
  random: Random,
  { size, kind }: { readonly size: number; readonly kind: number },
): number {
  if (kind === 0) return size;
  if (kind === 1 && random.nextInt(3) === 0) return 1;
  if (kind === 2 && random.nextInt(3) === 0)
    return 64 * (1 + random.nextInt(4)) - random.nextInt(2);
  return Math.max(1, size + random.nextInt(9) - 3);
}

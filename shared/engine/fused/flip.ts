/** RandomFlip in training: one dispatch each way, with the images to mirror drawn anew for the gradient. */
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import { RandomFlip } from "../layers/randomFlip.ts";
import { stepLayout, stepTensor } from "../step/stepNumbers.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import {
  countAll,
  dispatchFused,
  needInput,
  registerFused,
  runOne,
  writeElementwise,
} from "./kernels.ts";
import { isNumbered, randomWgsl, takeStream } from "./random.ts";

/** x is seen as [images, outer, height, width, inner]. Mirroring twice changes nothing: so it is its own gradient. */
registerFused({
  name: "NetloomFlip",
  compute(backend, inputs, attrs) {
    const x = needInput(inputs, "x");
    const rows = Number(attrs["rows"]);
    const [across, down] = [attrs["across"], attrs["down"]];
    const [height = 1, width = 1] = x.shape.slice(rows);
    const inner = countAll(x.shape.slice(rows + 2));
    const output = makeOutput(backend, x.shape);
    const count = countAll(x.shape);
    const mirror = (stream: unknown, name: "across" | "down", place: string, size: string) =>
      stream === null
        ? ""
        : `if (randomBits(randomKey(words[${stepLayout.seed}], words[${stepLayout.step}], uniforms.${name}), image) < 0x80000000u) { ${place} = uniforms.${size} - 1u - ${place}; }`;
    dispatchFused(backend, {
      key: `flip_${across !== null}_${down !== null}`,
      bindings: [
        { name: "x", tensor: x, access: "read" },
        { name: "words", tensor: stepTensor(backend), access: "read", element: "u32" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: {
        count,
        inner,
        width,
        height,
        image: count / (x.shape[0] ?? 1),
        across: Number(across),
        down: Number(down),
      },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl:
        randomWgsl +
        writeElementwise(
          "uniforms.count",
          `let image = index / uniforms.image;
  let line = index / (uniforms.inner * uniforms.width);
  var column = (index / uniforms.inner) % uniforms.width;
  var row = line % uniforms.height;
  ${mirror(across, "across", "column", "width")}
  ${mirror(down, "down", "row", "height")}
  let place = ((line / uniforms.height) * uniforms.height + row) * uniforms.width + column;
  result[index] = f32(x[place * uniforms.inner + index % uniforms.inner]);`,
        ),
    });
    return output;
  },
  gradient: {
    inputsToSave: [],
    compute: ([dy], _saved, attrs) => ({
      x: () => {
        if (!dy) throw new Error("NetloomFlip lacks a gradient.");
        return runOne("NetloomFlip", { x: dy }, attrs);
      },
    }),
  },
});

/** In training of a run; otherwise the layer's own few operations. */
export const fusedFlip: FusedLayer = ({ layer, inputs, training }) => {
  const [x] = inputs;
  if (!(layer instanceof RandomFlip) || !training || !isNumbered(layer)) return null;
  if (x === undefined || x.rank !== 4 || x.size === 0) return null;
  const { mode, dataFormat } = layer;
  // In this order, as the layer itself draws.
  const across = mode === "vertical" ? null : takeStream(layer);
  const down = mode === "horizontal" ? null : takeStream(layer);
  const rows = dataFormat === "channelsFirst" ? 2 : 1;
  return runOne("NetloomFlip", { x }, { rows, across, down });
};

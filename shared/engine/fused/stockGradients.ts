/**
 * Gradients of tfjs's own operations that upload constants or take several dispatches, by one dispatch on WebGPU: Sum and
 * Mean multiply by as many ones as their input has values (tfjs-core src/gradients/Sum_grad.ts, Mean_grad.ts), Relu makes
 * a mask first (Relu_grad.ts), Sigmoid and Tanh upload a 1. On other backends tfjs's own stay.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { makeOutput, spreadWorkgroups } from "../gpu/dispatch.ts";
import "./activationKernels.ts";
import {
  countAll,
  dispatchFused,
  needInput,
  only,
  registerFused,
  runOne,
  writeElementwise,
} from "./kernels.ts";

/** dy · factor, repeated along the axes that `shape` has and `from` has not (there 1): one dispatch. */
registerFused({
  name: "NetloomSpread",
  compute(backend, inputs, attrs) {
    const dy = needInput(inputs, "dy");
    // Only `spread` makes these.
    const { shape, from, factor } = attrs as unknown as SpreadAttributes;
    const output = makeOutput(backend, shape);
    const count = countAll(shape);
    const terms: string[] = [];
    let step = 1;
    let fromStep = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      if (from[axis] === size && size > 1) {
        terms.push(`((index / ${step}u) % ${size}u) * ${fromStep}u`);
        fromStep *= size;
      }
      step *= size;
    }
    const scale = Math.fround(factor);
    const place = terms.length === 0 ? "0u" : terms.join(" + ");
    dispatchFused(backend, {
      key: `spread_${scale}_${place}`,
      bindings: [
        { name: "dy", tensor: dy, access: "read" },
        { name: "result", tensor: output, access: "read_write" },
      ],
      uniforms: { count },
      workgroups: spreadWorkgroups(backend, Math.ceil(count / 64)),
      wgsl: writeElementwise(
        "uniforms.count",
        `result[index] = f32(dy[${place}]) * f32(${scale});`,
      ),
    });
    return output;
  },
  gradient: null,
});

interface SpreadAttributes {
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly factor: number;
}

type GradConfig = Parameters<typeof tf.registerGradient>[0];

/** With `isMean`, each of the values that were averaged gets its share. */
function spreadGradient(kernelName: "Sum" | "Mean"): void {
  replaceGradient(kernelName, (dy, saved, attrs) => {
    const [x] = saved;
    if (x === undefined) return null;
    const { axis } = attrs;
    const wanted: readonly unknown[] =
      axis === undefined || axis === null ? x.shape.map((_, index) => index) : [axis].flat();
    const axes = new Set(
      wanted.map((each) => (Number(each) < 0 ? Number(each) + x.rank : Number(each))),
    );
    const from = x.shape.map((size, index) => (axes.has(index) ? 1 : size));
    const factor = kernelName === "Mean" ? countAll(from) / Math.max(1, x.size) : 1;
    return () => runOne("NetloomSpread", { dy }, { shape: x.shape, from, factor });
  });
}

/** The slope of an activation that tfjs keeps the input ("x") or the output ("y") of. */
function slopeGradient(kernelName: string, activation: string, from: "x" | "y"): void {
  replaceGradient(kernelName, (dy, [known]) =>
    known === undefined
      ? null
      : () => runOne("NetloomActivationSlope", { dy, known }, { activation, from }),
  );
}

/** On WebGPU by `make`, where it does not say null, elsewhere as before. */
function replaceGradient(
  kernelName: string,
  make: (
    dy: tf.Tensor,
    saved: readonly tf.Tensor[],
    attrs: tf.NamedAttrMap,
  ) => (() => tf.Tensor) | null,
): void {
  // tfjs's types say that there is always one.
  const stock: GradConfig | undefined = tf.getGradient(kernelName);
  if (stock === undefined) return;
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const own =
        tf.backend() instanceof WebGPUBackend
          ? make(Array.isArray(dy) ? only(dy, kernelName) : dy, saved, attrs)
          : null;
      return own === null ? stock.gradFunc(dy, saved, attrs) : { x: own };
    },
  });
}

let isReplaced = false;

/** Once a process is enough. */
export function replaceStockGradients(): void {
  if (isReplaced) return;
  isReplaced = true;
  spreadGradient("Sum");
  spreadGradient("Mean");
  slopeGradient("Relu", "relu", "x");
  slopeGradient("Relu6", "relu6", "x");
  slopeGradient("Elu", "elu", "y");
  slopeGradient("Selu", "selu", "x");
  slopeGradient("Sigmoid", "sigmoid", "y");
  slopeGradient("Tanh", "tanh", "y");
  slopeGradient("Softplus", "softplus", "x");
}

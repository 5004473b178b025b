import { err, ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { seedParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { formatSizes, shapeOf } from "../shape.ts";

const specs = {
  klWeight: {
    kind: "float",
    default: 0,
    min: 0,
    max: 1_000_000,
    label: "KL weight",
    help: "How much the divergence of the codes from plain noise adds to the loss. 0 leaves an ordinary autoencoder; 1 goes with a loss summed over the pixels, 1 / number of pixels with a mean over them.",
  },
  seed: seedParam,
} as const;

export const sampling = defineLayer({
  type: "sampling",
  title: "Sampling",
  category: "regularization",
  summary:
    "Draws the code of a variational autoencoder from a mean and a logarithm of the variance.",
  about:
    "The encoder of a variational autoencoder gives a distribution instead of a code: two Dense layers of the same size, one for the mean and one for the logarithm of the variance. This layer draws from it by shifting and scaling plain noise, so that gradients pass through both (the reparameterisation trick). It draws in training only and passes the mean on otherwise, so that predictions and evaluations are the same each time. With a KL weight it also pulls the codes toward plain noise, so that noise can be decoded into new samples. Neither Keras nor tfjs has it: exports carry its class with them.",
  formula:
    "training: output = mean + exp(log variance / 2) · ε with ε ~ N(0, 1); otherwise: output = mean; loss += KL weight · −½ Σ(1 + log variance − mean² − exp(log variance)), per sample",
  sources: [
    {
      title: "Kingma and Welling 2014, Auto-Encoding Variational Bayes",
      url: "https://arxiv.org/abs/1312.6114",
    },
    {
      title: "Keras example: Variational AutoEncoder",
      url: "https://keras.io/examples/generative/vae/",
    },
  ],
  keywords: ["vae", "variational", "autoencoder", "reparameterization", "latent", "random"],
  inputs: { min: 2, max: 2 },
  inputPorts: () => ["mean", "log variance"],
  outputs: 1,
  params: specs,
  caption: ({ klWeight }) => (klWeight === 0 ? [] : [`KL ${Number(klWeight.toPrecision(3))}`]),
  inferShape(_params, inputs) {
    const mean = onlyInput(inputs);
    const other = inputs[1] ?? mean;
    const isSame =
      other.axes.length === mean.axes.length &&
      other.axes.every(({ size }, index) => size === mean.axes[index]?.size);
    if (!isSame)
      return err({
        code: "merge",
        needs: `a mean and a log variance of the same shape (the mean is ${formatSizes(mean)})`,
        input: 1,
      });
    const wrong = inputs.findIndex(({ dtype }) => dtype !== "float32");
    if (wrong !== -1)
      return err({ code: "dtype", needs: "decimal numbers (float32)", input: wrong });
    return ok(shapeOf(mean.axes));
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerOwn({ className: "Sampling", tfjsFactory: "sampling", specs, params }),
    pythonSource: "own",
  }),
  examples: [
    { params: {}, inputs: [[4], [4]], output: [4], weightCount: 0 },
    { params: { klWeight: 0.5 }, inputs: [[3], [3]], output: [3], weightCount: 0 },
    {
      params: { seed: 3 },
      inputs: [
        [3, 2],
        [3, 2],
      ],
      output: [3, 2],
      weightCount: 0,
    },
  ],
});

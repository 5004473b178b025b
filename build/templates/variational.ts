/** The autoencoder whose codes are distributions, so that noise can be decoded into new pictures. */
import { defaultOptimizers } from "../../shared/training/config.ts";
import { bindGenerated } from "./data.ts";
import { expr, layer } from "./parts.ts";
import type { Template } from "./template.ts";

/** Kingma and Welling 2014. */
const variationalAutoencoder: Template = {
  id: "variational-autoencoder",
  name: "Variational autoencoder",
  variables: { code: 8, beta: 0.3 },
  data: bindGenerated("noisy-digits", { noise: 0, samples: 1000 }),
  training: {
    optimizer: { ...defaultOptimizers.adam, learningRate: 0.003 },
    epochs: 15,
  },
  draw(project) {
    const flat = project.add(
      layer("flatten", "flatten"),
      project.add(layer("input", "image", { shape: [28, 28, 1] })),
    );
    const hidden = project.add(layer("dense", "encoder", { units: 64, activation: "relu" }), flat);
    const mean = project.add(layer("dense", "mean", { units: expr("code") }), hidden);
    const logVariance = project.add(
      layer("dense", "log_variance", { units: expr("code") }),
      hidden,
    );
    const code = project.add(
      // The loss is a mean over the pixels where the paper's is a sum.
      layer("sampling", "sampled_code", { klWeight: expr("beta / 784") }),
      mean,
      logVariance,
    );
    const wide = project.add(layer("dense", "decoder", { units: 64, activation: "relu" }), code);
    const pixels = project.add(
      layer("dense", "pixels", { units: 784, activation: "sigmoid" }),
      wide,
    );
    project.chain(
      pixels,
      layer("reshape", "picture", { targetShape: [28, 28, 1] }),
      layer("output", "clean", {
        loss: "meanSquaredError",
        metrics: ["meanAbsoluteError"],
      }),
    );
    project.frame("Encoder", "blue", [flat, hidden, mean, logVariance]);
    project.frame("Decoder", "green", [wide, pixels]);
    project.note(
      "The encoder gives a mean and a spread for each number of the code. In training the code is drawn from them, and the KL weight pulls all codes towards plain noise.",
    );
  },
};

export const variational: readonly Template[] = [variationalAutoencoder];

/** Single neurons and the first network: small enough to follow every weight. */
import { defaultOptimizers } from "../../shared/training/config.ts";
import { bindGenerated } from "./data.ts";
import { layer } from "./parts.ts";
import type { Template } from "./template.ts";

const threeInputs = layer("input", "features", { shape: [3] });
const yesOrNo = layer("output", "cloud", { loss: "binaryCrossentropy", metrics: ["accuracy"] });

const perceptron: Template = {
  id: "perceptron",
  name: "Perceptron",
  data: bindGenerated("two-clouds"),
  training: {
    optimizer: { ...defaultOptimizers.sgd, learningRate: 0.1 },
    batchSize: 16,
    epochs: 20,
  },
  draw(project) {
    project.chain(
      project.add(threeInputs),
      layer("dense", "neuron", { units: 1 }),
      layer("output", "cloud", { loss: "hinge", metrics: ["accuracy"] }),
    );
    project.note(
      "Hinge counts only points on the wrong side or too near to the border: nearly the rule that Rosenblatt used.",
    );
  },
};

const logisticRegression: Template = {
  id: "logistic-regression",
  name: "Logistic regression",
  data: bindGenerated("two-clouds"),
  training: {
    optimizer: { ...defaultOptimizers.sgd, learningRate: 0.1 },
    batchSize: 16,
    epochs: 20,
  },
  draw(project) {
    project.chain(
      project.add(threeInputs),
      layer("dense", "probability", { units: 1, activation: "sigmoid" }),
      yesOrNo,
    );
  },
};

const deepNetwork: Template = {
  id: "dnn-3-5-5-3-1",
  name: "DNN 3-5-5-3-1",
  data: bindGenerated("two-clouds"),
  training: {
    optimizer: { ...defaultOptimizers.adam, learningRate: 0.01 },
    batchSize: 16,
    epochs: 20,
  },
  draw(project) {
    const hidden = (name: string, units: number) =>
      layer("dense", name, { units, activation: "relu" });
    project.chain(
      project.add(threeInputs),
      hidden("hidden_1", 5),
      hidden("hidden_2", 5),
      hidden("hidden_3", 3),
      layer("dense", "probability", { units: 1, activation: "sigmoid" }),
      yesOrNo,
    );
  },
};

export const firstSteps: readonly Template[] = [perceptron, logisticRegression, deepNetwork];

import { expect, test } from "vitest";
import { areProbabilities } from "./report.ts";

test.each([
  { what: "a softmax's", scores: [0.2, 0.8, 1, 0], are: true },
  { what: "a perceptron's, beyond 1", scores: [0.3, 2.9], are: false },
  { what: "logits, below 0", scores: [-0.1, 0.4], are: false },
])("$what scores are probabilities: $are", ({ scores, are }) => {
  expect(areProbabilities(Float32Array.from(scores))).toBe(are);
});

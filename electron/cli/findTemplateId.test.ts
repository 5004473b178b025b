import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findTemplateId } from "./findTemplateId.ts";

const ids = readdirSync(fileURLToPath(new URL("../../templates", import.meta.url)));

test.each([
  ["u-net", "u-net"],
  ["unet", "u-net"],
  ["ResNet50", "resnet-50"],
  ["ResNet-50V2", "resnet-50v2"],
  ["mobilenetv2", "mobilenet-v2"],
  ["convlstm", "conv-lstm"],
  ["wave_net", "wavenet"],
  ["encoder-decoder-lstm", "seq2seq-teacher-forcing"],
  ["encoder-decoder-lstm-with-attention", "seq2seq-attention"],
  ["transformer-encoder-classifier", "transformer-classifier"],
  ["edge-detection-playground", "edge-detection"],
  ["fcn", "fully-convolutional-network"],
])("%s means %s", (name, id) => {
  expect(findTemplateId(name, ids)).toEqual({ kind: "found", id });
});

test.each([
  ["densenet-169", "densenet-121"],
  ["autoencoder", "dense-autoencoder"],
  ["resnet-34", "resnet-18"],
  ["alexnett", "alexnet"],
  ["googlnet", "googlenet"],
])("%s is unknown, but may mean %s", (name, id) => {
  const found = findTemplateId(name, ids);
  expect(found.kind === "unknown" && found.similar).toContain(id);
});

test.each(["no-such-thing", "constructor", "", "x"])("%j is like no template", (name) => {
  expect(findTemplateId(name, ids)).toEqual({ kind: "unknown", similar: [] });
});

/** Networks over time: recurrent ones in every arrangement, films, dilated convolutions. */
import { bindGenerated } from "./data.ts";
import type { JsonValue } from "../../shared/base/json.ts";
import { type GraphBuilder, port } from "./graphBuilder.ts";
import { classOutput, expr, filtersParam, int, layer, type Part } from "./parts.ts";
import type { ProjectBuilder, Template } from "./template.ts";

const number = (name: string) =>
  layer("output", name, { loss: "meanSquaredError", metrics: ["rootMeanSquaredError"] });
const one = (name: string) => layer("dense", name, { units: 1 });
const series = (steps: number) => layer("input", "series", { shape: [steps, 1] });

/** A series of `steps`, layers that end in one vector, and the next value. */
function forecast(
  id: string,
  name: string,
  data: "sine" | "trend-windows",
  parts: readonly Part[],
): Template {
  return {
    id,
    name,
    variables: { units: 32 },
    data: bindGenerated(data),
    draw(project) {
      project.chain(
        project.add(series(data === "sine" ? 24 : 60)),
        ...parts,
        one("forecast"),
        number("next"),
      );
    },
  };
}

const units = expr("units");
const sequences = { units, returnSequences: true } as const;

const forecasts: readonly Template[] = [
  forecast("simple-rnn", "Simple RNN", "sine", [layer("simpleRnn", "memory", { units })]),
  forecast("many-to-one", "Many to one", "sine", [layer("gru", "reader", { units })]),
  forecast("deep-rnn", "Deep RNN", "sine", [
    layer("simpleRnn", "memory_1", sequences),
    layer("simpleRnn", "memory_2", sequences),
    layer("simpleRnn", "memory_3", { units }),
  ]),
  forecast("lstm", "LSTM", "trend-windows", [layer("lstm", "memory", { units })]),
  forecast("gru", "GRU", "trend-windows", [layer("gru", "memory", { units })]),
];

const bidirectionalRnn: Template = {
  id: "bidirectional-rnn",
  name: "Bidirectional RNN",
  data: bindGenerated("sensor-steps"),
  draw(project) {
    project.chain(
      project.add(layer("input", "sensors", { shape: [10, 5] })),
      layer("bidirectional", "both_ways", {
        layer: { type: "lstm", params: { units: 16, returnSequences: true } },
      }),
      one("reading_at_each_step"),
      number("reading"),
    );
  },
};

const oneToMany: Template = {
  id: "one-to-many",
  name: "One to many",
  variables: { units: 32, steps: 24 },
  data: bindGenerated("drawn-waves"),
  draw(project) {
    project.chain(
      project.add(layer("input", "settings", { shape: [2] })),
      layer("repeatVector", "at_each_step", { n: expr("steps") }),
      layer("lstm", "writer", sequences),
      one("value"),
      number("wave"),
    );
  },
};

const manyToMany: Template = {
  id: "many-to-many",
  name: "Many to many",
  variables: { units: 32 },
  data: bindGenerated("sensor-steps"),
  draw(project) {
    project.chain(
      project.add(layer("input", "sensors", { shape: [10, 5] })),
      layer("gru", "reader", sequences),
      layer("timeDistributed", "value", { layer: { type: "dense", params: { units: 1 } } }),
      number("reading"),
    );
  },
};

const film = layer("input", "frames", { shape: expr("[frames, imageSize, imageSize, 1]") });
const filmVariables = { frames: 8, imageSize: 16, classes: 4 };
const filmTraining = { batchSize: 16, epochs: 10 } as const;

const cnnLstm: Template = {
  id: "cnn-lstm",
  name: "CNN-LSTM",
  variables: filmVariables,
  data: bindGenerated("moving-figures"),
  training: filmTraining,
  draw(project) {
    const each = (name: string, type: string, params: Part["params"]) =>
      layer("timeDistributed", name, { layer: { type, params } });
    const frames = project.add(film);
    const looked = project.chain(
      frames,
      each("conv_1", "conv2d", { filters: 8, kernelSize: [3, 3], activation: "relu" }),
      each("pool_1", "maxPooling2d", { poolSize: [2, 2] }),
      each("conv_2", "conv2d", { filters: 16, kernelSize: [3, 3], activation: "relu" }),
      each("flat", "flatten", {}),
    );
    project.chain(
      looked,
      layer("lstm", "memory", { units: 32 }),
      layer("dense", "scores", { units: expr("classes"), activation: "softmax" }),
      classOutput("direction"),
    );
  },
};

/** Shi and others 2015. */
const convLstm: Template = {
  id: "conv-lstm",
  name: "ConvLSTM",
  variables: filmVariables,
  data: bindGenerated("moving-figures", { samples: 200 }),
  training: filmTraining,
  draw(project) {
    project.chain(
      project.add(film),
      layer("convLstm2d", "memory_1", {
        filters: 8,
        kernelSize: [3, 3],
        padding: "same",
        returnSequences: true,
      }),
      layer("convLstm2d", "memory_2", { filters: 8, kernelSize: [3, 3], padding: "same" }),
      layer("globalMaxPooling2d", "anywhere"),
      layer("dense", "scores", { units: expr("classes"), activation: "softmax" }),
      classOutput("direction"),
    );
  },
};

function causal(name: string, filters: string, size: number, params: Part["params"] = {}): Part {
  return layer("conv1d", name, {
    filters: expr(filters),
    kernelSize: [size],
    padding: "causal",
    ...params,
  });
}

/** A unit that goes on, and one that ends the chain and only gives what it has to say. */
function defineGatedUnits(project: ProjectBuilder) {
  const params = { filters: filtersParam(16) };
  const gate = project.block(
    "gate",
    {
      name: "Gate",
      summary: "Two dilated convolutions: one says what, the other how much of it.",
      params: {
        ...params,
        dilation: int(1, "Dilation", "How many steps lie between the two that are looked at."),
      },
    },
    (block) => {
      const x = block.blockInput("x");
      const wide = { dilationRate: expr("[dilation]") };
      const signal = block.add(causal("signal", "filters", 2, { ...wide, activation: "tanh" }), x);
      const share = block.add(causal("share", "filters", 2, { ...wide, activation: "sigmoid" }), x);
      block.blockOutput("y", block.add(layer("multiply", "passed"), signal, share));
    },
  );
  const draw = (block: GraphBuilder, dilation: JsonValue) => {
    const x = block.blockInput("x");
    const said = block.blockInput("skips");
    const passed = block.add(gate("gate", { filters: expr("filters"), dilation }), x);
    const skip = block.add(causal("skip", "filters", 1), passed);
    return { x, passed, sum: block.add(layer("add", "sum"), said, skip) };
  };
  const unit = project.block(
    "gated-unit",
    {
      name: "Gated unit",
      summary: "Looks back twice as far as the one before; a gate decides what passes.",
      params,
    },
    (block) => {
      const { x, passed, sum } = draw(block, expr("2 ** index"));
      const change = block.add(causal("change", "filters", 1), passed);
      block.blockOutput("y", block.add(layer("add", "residual"), x, change));
      block.blockOutput("skips_so_far", sum);
    },
  );
  const last = project.block(
    "last-unit",
    { name: "Last unit", summary: "Only says what it sees; nothing goes on.", params },
    (block) => block.blockOutput("all_skips", draw(block, 16).sum),
  );
  return { unit, last };
}

/** Van den Oord and others 2016. */
const waveNet: Template = {
  id: "wavenet",
  name: "WaveNet",
  variables: { steps: 64, channels: 16, levels: 32 },
  data: bindGenerated("audio-steps"),
  training: { batchSize: 16, epochs: 20 },
  draw(project) {
    const { unit, last } = defineGatedUnits(project);
    const start = project.chain(
      project.add(layer("input", "sound", { shape: expr("[steps, 1]") })),
      causal("start", "channels", 2),
    );
    const first = project.add(causal("first_skip", "channels", 1), start);
    const units = project.add(
      unit("gated_units", { filters: expr("channels"), repeat: 4 }),
      start,
      first,
    );
    project.chain(
      project.add(last("last_unit", { filters: expr("channels") }), units, port(units, 1)),
      layer("activation", "relu_1", { activation: "relu" }),
      causal("mix", "channels * 2", 1, { activation: "relu" }),
      causal("levels", "levels", 1, { activation: "softmax" }),
      classOutput("nextLevel"),
    );
    project.note(
      "Five units, dilated 1, 2, 4, 8 and 16: together they see 33 steps, and never one that is still to come.",
    );
  },
};

export const seriesTemplates: readonly Template[] = [
  ...forecasts,
  bidirectionalRnn,
  oneToMany,
  manyToMany,
  cnnLstm,
  convLstm,
  waveNet,
];

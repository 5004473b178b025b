/** Networks that read and write words: classifiers, encoders and decoders, Transformers. */
import { bindGenerated } from "./data.ts";
import { type GraphBuilder, port, type Wire } from "./graphBuilder.ts";
import { classOutput, expr, float, int, layer, type Part } from "./parts.ts";
import type { ProjectBuilder, Template } from "./template.ts";

const textVariables = { steps: 40, vocabulary: 500, classes: 4 };
const words = (name = "words", field?: string) =>
  layer("input", name, {
    shape: expr("[steps]"),
    dtype: "int32",
    ...(field === undefined ? {} : { field }),
  });
const embed = (name: string, size: number) =>
  layer("embedding", name, { inputDim: expr("vocabulary"), outputDim: size });
const scores = layer("dense", "scores", { units: expr("classes"), activation: "softmax" });

function classifier(
  id: string,
  name: string,
  draw: (project: ProjectBuilder, words: Wire) => Wire,
): Template {
  return {
    id,
    name,
    variables: textVariables,
    data: bindGenerated("word-topics"),
    training: { epochs: 15 },
    draw(project) {
      project.chain(draw(project, project.add(words())), scores, classOutput("topic"));
    },
  };
}

const classifiers: readonly Template[] = [
  classifier("text-bag-of-words", "Bag of words", (project, from) =>
    project.chain(
      from,
      layer("categoryEncoding", "counts", {
        numTokens: expr("vocabulary"),
        outputMode: "count",
      }),
      layer("dense", "hidden", { units: 32, activation: "relu" }),
    ),
  ),
  classifier("text-embedding", "Word embedding", (project, from) =>
    project.chain(
      from,
      embed("vectors", 16),
      layer("globalAveragePooling1d", "mean"),
      layer("dense", "hidden", { units: 16, activation: "relu" }),
    ),
  ),
  // Kim 2014.
  classifier("text-cnn", "Text CNN", (project, from) => {
    const vectors = project.add(embed("vectors", 32), from);
    const branches = [3, 4, 5].map((size) =>
      project.chain(
        vectors,
        layer("conv1d", `phrases_${size}`, {
          filters: 32,
          kernelSize: [size],
          activation: "relu",
        }),
        layer("globalMaxPooling1d", `strongest_${size}`),
      ),
    );
    return project.chain(
      project.add(layer("concatenate", "all"), ...branches),
      layer("dropout", "dropout", { rate: 0.5 }),
    );
  }),
  classifier("text-lstm", "Text LSTM", (project, from) =>
    project.chain(from, embed("vectors", 32), layer("lstm", "memory", { units: 32 })),
  ),
];

const answerVariables = { steps: 8, vocabulary: 24, units: 64 };
const wordScores = layer("dense", "words_out", {
  units: expr("vocabulary"),
  activation: "softmax",
});

interface EncoderDecoder {
  readonly source: Wire;
  readonly reader: Wire;
  readonly encoder: Wire;
  readonly previous: Wire;
  readonly heard: Wire;
  readonly decoder: Wire;
}

function drawEncoderDecoder(project: ProjectBuilder): EncoderDecoder {
  const source = project.add(words("source", "source"));
  const reader = project.add(embed("source_vectors", 32), source);
  const encoder = project.add(
    layer("lstm", "encoder", { units: expr("units"), returnSequences: true, returnState: true }),
    reader,
  );
  const previous = project.add(words("previous", "previous"));
  const heard = project.add(embed("previous_vectors", 32), previous);
  const decoder = project.add(
    layer("lstm", "decoder", { units: expr("units"), returnSequences: true }),
    heard,
    port(encoder, 1),
    port(encoder, 2),
  );
  project.frame("Encoder", "blue", [source, reader, encoder]);
  return { source, reader, encoder, previous, heard, decoder };
}

/** Sutskever, Vinyals, Le 2014. */
const teacherForcing: Template = {
  id: "seq2seq-teacher-forcing",
  name: "Seq2seq with teacher forcing",
  variables: answerVariables,
  data: bindGenerated("reversed-words"),
  training: { epochs: 20 },
  draw(project) {
    const { source, reader, encoder, previous, heard, decoder } = drawEncoderDecoder(project);
    const scored = project.add(wordScores, decoder);
    const answer = project.add(classOutput("answer"), scored);
    project.frame("Decoder", "green", [previous, heard, decoder, scored]);
    project.arrange(
      [source, null],
      [reader, previous],
      [encoder, heard],
      [null, decoder],
      [null, scored],
      [null, answer],
    );
    project.note(
      "In training the decoder is told the right word before each step (teacher forcing). In use it hears its own last word instead.",
    );
  },
};

/** Bahdanau, Cho, Bengio 2015; Luong, Pham, Manning 2015. */
const withAttention: Template = {
  id: "seq2seq-attention",
  name: "Seq2seq with attention",
  variables: answerVariables,
  data: bindGenerated("reversed-words"),
  training: { epochs: 20 },
  draw(project) {
    const { source, reader, encoder, previous, heard, decoder } = drawEncoderDecoder(project);
    const context = project.add(layer("attention", "attention"), decoder, encoder);
    const both = project.add(layer("concatenate", "both"), decoder, context);
    const scored = project.add(wordScores, both);
    const answer = project.add(classOutput("answer"), scored);
    project.frame("Decoder", "green", [previous, heard, decoder, context, both, scored]);
    project.arrange(
      [source, null, null],
      [reader, null, previous],
      [encoder, null, heard],
      [null, null, decoder],
      [null, context, null],
      [null, null, both],
      [null, null, scored],
      [null, null, answer],
    );
    project.note(
      "At each step the decoder looks back at all steps of the encoder and takes a weighted mean of them.",
    );
  },
};

/** Attention and a small network, each with a skip around it and a normalisation (Vaswani and others 2017). */
function defineTransformer(project: ProjectBuilder, isCausal: boolean) {
  return project.block(
    "transformer-layer",
    {
      name: "Transformer layer",
      summary: isCausal
        ? "Each step looks at those before it, then thinks by itself."
        : "Each step looks at all others, then thinks by itself.",
      params: {
        size: int(32, "Size", "Features of each step."),
        heads: int(2, "Heads", "How many things are looked for at once."),
        hidden: int(64, "Hidden", "Units of the small network."),
        rate: float(0.1, "Dropout", "Share of values that are dropped in training."),
      },
    },
    (block) => {
      const x = block.blockInput("x");
      const attend = layer("multiHeadAttention", "attention", {
        numHeads: expr("heads"),
        keyDim: expr("size // heads"),
        ...(isCausal ? { useCausalMask: true } : {}),
      });
      const attended = addAndNorm(block, x, "1", block.add(attend, x, x));
      const thought = block.chain(
        attended,
        layer("dense", "hidden", { units: expr("hidden"), activation: "relu" }),
        layer("dense", "out", { units: expr("size") }),
      );
      block.blockOutput("y", addAndNorm(block, attended, "2", thought));
    },
  );
}

function addAndNorm(block: GraphBuilder, x: Wire, number: string, change: Wire): Wire {
  const dropped = block.add(layer("dropout", `dropout_${number}`, { rate: expr("rate") }), change);
  return block.chain(
    block.add(layer("add", `add_${number}`), x, dropped),
    layer("layerNormalization", `norm_${number}`, { epsilon: 0.000001 }),
  );
}

const position: Part = layer("positionEmbedding", "positions", { sequenceLength: expr("steps") });
const transformerSizes = { size: 32, heads: 2, hidden: 64 } as const;

const transformerClassifier: Template = {
  id: "transformer-classifier",
  name: "Transformer classifier",
  variables: textVariables,
  data: bindGenerated("word-topics"),
  training: { epochs: 15 },
  draw(project) {
    const layers = defineTransformer(project, false);
    project.chain(
      project.add(words()),
      embed("vectors", 32),
      position,
      layers("encoder", { ...transformerSizes, repeat: 2 }),
      layer("globalAveragePooling1d", "mean"),
      layer("dropout", "dropout", { rate: 0.1 }),
      scores,
      classOutput("topic"),
    );
  },
};

/** Radford and others 2018, in small. */
const causalTransformer: Template = {
  id: "causal-transformer",
  name: "Causal Transformer",
  variables: { steps: 24, vocabulary: 40 },
  data: bindGenerated("next-words"),
  training: { epochs: 30 },
  draw(project) {
    const layers = defineTransformer(project, true);
    project.chain(
      project.add(words()),
      embed("vectors", 32),
      position,
      layers("decoder", { ...transformerSizes, repeat: 2 }),
      wordScores,
      classOutput("nextWord"),
    );
  },
};

export const texts: readonly Template[] = [
  ...classifiers,
  teacherForcing,
  withAttention,
  transformerClassifier,
  causalTransformer,
];

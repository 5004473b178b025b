import { defineUpSampling } from "./upSamplingFamily.ts";

export const upSampling1d = defineUpSampling(1, {
  type: "upSampling1d",
  title: "UpSampling1D",
  summary: "Lengthens a sequence by repeating its steps.",
  about:
    "The plain way up in decoders of sequences: repeat, then let a Conv1D smooth and refine. It has no weights.",
  page: "up_sampling1d",
  keywords: ["sequence", "signal", "repeat"],
  examples: [
    { params: {}, inputs: [[3, 2]], output: [6, 2], weightCount: 0 },
    { params: { size: [3] }, inputs: [[2, 4]], output: [6, 4], weightCount: 0 },
    { params: {}, inputs: [[null, 2]], output: [null, 2], weightCount: 0 },
  ],
});

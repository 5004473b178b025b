/** The forward pass of a whole recurrent sequence in one program. */
import {
  findSamples,
  findStep,
  forGates,
  forSamples,
  forUnits,
  mainHead,
  multiplyVector,
  type RnnText,
  writeHead,
} from "./rnnProgram.ts";

/**
 * Buffers: `x` is x · W of every step `[batch, time, gates, units]`, `kernel` the recurrent one `[units, gates, units]`,
 * `bias` `[gates, units]` (twice that for gruAfter); `dropout` multiplies the state `[batch, units]`. Written: `output`,
 * `kept` (`[batch, time, countKept, units]`: simple y; LSTM i, f, g, o, c before; GRU z, r, candidate, and for gruAfter
 * the state's part of the candidate and h before), `before` (the state that the product takes `[batch, time, units]`),
 * gruBefore's `reset` (r · h), `finalState`, `finalCell`. States go on unchanged where a step is masked.
 */
export function writeForward(text: RnnText): string {
  const { options, tiling } = text;
  const { kind } = options;
  const count = `array<V, ${tiling.samples}u * OWNED>`;
  const isLstm = kind === "lstm";
  const barrier = tiling.isShared ? "workgroupBarrier();" : "storageBarrier(); workgroupBarrier();";
  return `${writeHead(text)}
${tiling.isShared ? `var<workgroup> shared_state: array<V, ${2 * tiling.samples}u * Q>;` : ""}
${tiling.isShared && kind === "gruBefore" ? `var<workgroup> shared_reset: array<V, ${tiling.samples}u * Q>;` : ""}
${mainHead(tiling.threads)}
  ${findSamples(text)}
  var state: ${count};
  ${isLstm ? `var cell: ${count};` : ""}
  ${kind === "gruBefore" ? `var update: ${count}; var candidate: ${count};` : ""}
  ${
    text.parts.initial
      ? forUnits(
          text,
          forSamples(
            text,
            (s) => `
    state[${slot(text, s)}] = initialState[sample${s} * Q + unit];
    ${isLstm ? `cell[${slot(text, s)}] = initialCell[sample${s} * Q + unit];` : ""}`,
          ),
        )
      : ""
  }
  for (var index = 0u; index < uniforms.time; index++) {
    ${findStep(text)}
    let isLast = index + 1u == uniforms.time;
    ${tiling.isShared ? `let half = (index & 1u) * ${tiling.samples}u * Q;` : ""}
    ${forUnits(
      text,
      forSamples(
        text,
        (s) => `{
      let dropped = state[${slot(text, s)}]${text.parts.dropout ? ` * dropout[sample${s} * Q + unit]` : ""};
      ${tiling.isShared ? `shared_state[half + ${s}u * Q + unit] = dropped;` : ""}
      if (isIn${s}) { before[row${s} * Q + unit] = dropped; }
    }`,
      ),
    )}
    ${barrier}
    ${kind === "gruBefore" ? writeGruBefore(text, barrier) : forUnits(text, writeUnit(text))}
  }
  ${forUnits(
    text,
    forSamples(
      text,
      (s) => `if (isIn${s}) {
    ${text.parts.finalState ? `finalState[sample${s} * Q + unit] = state[${slot(text, s)}];` : ""}
    ${text.parts.finalCell ? `finalCell[sample${s} * Q + unit] = cell[${slot(text, s)}];` : ""}
  }`,
    ),
  )}
}`;
}

function slot(text: RnnText, sample: number): string {
  return `own * ${text.tiling.samples}u + ${sample}u`;
}

const readState = (text: RnnText) => (sample: number, at: string) =>
  text.tiling.isShared
    ? `shared_state[half + ${sample}u * Q + ${at}]`
    : `before[row${sample} * Q + ${at}]`;

const readReset = (text: RnnText) => (sample: number, at: string) =>
  text.tiling.isShared ? `shared_reset[${sample}u * Q + ${at}]` : `reset[row${sample} * Q + ${at}]`;

/** Sums of the gates from `from` to `to`, of what the input gives; with the state's bias where the cell has one. */
function startSums(text: RnnText, from: number, to: number): string {
  return forSamples(text, (s) =>
    forGates(to - from, (at) => {
      const gate = from + at;
      const input = `x[(row${s} * G + ${gate}u) * Q + unit]`;
      const bias = text.parts.bias ? ` + bias[${gate}u * Q + unit]` : "";
      return `var sum${gate}_${s} = ${input}${bias};`;
    }),
  );
}

/** Everything of a step for one unit of each sample: SimpleRNN, LSTM and gruAfter, which take the state once. */
function writeUnit(text: RnnText): string {
  const { kind, units } = text.options;
  const gates = { simple: 1, lstm: 4, gruBefore: 0, gruAfter: 3 }[kind];
  // The candidate's share of the state is kept apart: the reset gate works on it.
  const hidden =
    kind === "gruAfter"
      ? forSamples(
          text,
          (s) => `var hidden_${s} = ${text.parts.bias ? "bias[(G + 2u) * Q + unit]" : "V(0.0)"};
          ${text.parts.bias ? `sum0_${s} += bias[G * Q + unit]; sum1_${s} += bias[(G + 1u) * Q + unit];` : ""}`,
        )
      : "";
  return `
    ${startSums(text, 0, gates)}
    ${hidden}
    ${multiplyVector(text, {
      length: units,
      start: 0,
      read: readState(text),
      matrix: "kernel",
      stride: "(G * Q)",
      columns: Array.from({ length: gates }, (_unused, gate) => `${gate}u * Q`),
      sum: (gate, s) => (kind === "gruAfter" && gate === 2 ? `hidden_${s}` : `sum${gate}_${s}`),
    })}
    ${forSamples(text, (s) => `{ ${writeCell(text, s)} ${writeStates(text, s)} }`)}`;
}

/** `fresh` (and `freshCell`), and what is kept, of the sums. */
function writeCell(text: RnnText, s: number): string {
  const keep = (at: number, value: string) => `kept[(row${s} * R + ${at}u) * Q + unit] = ${value};`;
  const ifIn = (lines: string) => `if (isIn${s}) { ${lines} }`;
  const at = slot(text, s);
  switch (text.options.kind) {
    case "simple":
      return `let fresh = outerValue(sum0_${s}); ${ifIn(keep(0, "fresh"))}`;
    case "lstm":
      return `
        let i = gateValue(sum0_${s});
        let f = gateValue(sum1_${s});
        let g = outerValue(sum2_${s});
        let o = gateValue(sum3_${s});
        let freshCell = f * cell[${at}] + i * g;
        let fresh = o * outerValue(freshCell);
        ${ifIn([keep(0, "i"), keep(1, "f"), keep(2, "g"), keep(3, "o"), keep(4, `cell[${at}]`)].join(" "))}`;
    case "gruAfter":
      return `
        let z = gateValue(sum0_${s});
        let r = gateValue(sum1_${s});
        let n = outerValue(sum2_${s} + r * hidden_${s});
        let fresh = z * state[${at}] + (V(1.0) - z) * n;
        ${ifIn([keep(0, "z"), keep(1, "r"), keep(2, "n"), keep(3, `hidden_${s}`), keep(4, `state[${at}]`)].join(" "))}`;
    case "gruBefore":
      return `
        let z = update[${at}];
        let n = outerValue(sum2_${s});
        let fresh = z * before[row${s} * Q + unit] + (V(1.0) - z) * n;
        ${ifIn(keep(2, "n"))}`;
  }
}

/** The state after the step, and the output. */
function writeStates(text: RnnText, s: number): string {
  const { kind, returnSequences, zeroOutputForMask } = text.options;
  const at = slot(text, s);
  const value = zeroOutputForMask ? `select(V(0.0), fresh, isOn${s})` : `state[${at}]`;
  const write = returnSequences
    ? `if (isIn${s}) { output[(sample${s} * uniforms.time + place) * Q + unit] = ${value}; }`
    : `if (isIn${s} && isLast) { output[sample${s} * Q + unit] = ${value}; }`;
  return `
    state[${at}] = select(state[${at}], fresh, isOn${s});
    ${kind === "lstm" ? `cell[${at}] = select(cell[${at}], freshCell, isOn${s});` : ""}
    ${write}`;
}

/** First both gates, then the candidate of the state that the reset gate has let through. */
function writeGruBefore(text: RnnText, barrier: string): string {
  const { units } = text.options;
  const matrix = { length: units, start: 0, matrix: "kernel", stride: "(G * Q)" };
  return `
    ${forUnits(
      text,
      `
    ${startSums(text, 0, 2)}
    ${multiplyVector(text, {
      ...matrix,
      read: readState(text),
      columns: ["0u", "Q"],
      sum: (gate, s) => `sum${gate}_${s}`,
    })}
    ${forSamples(
      text,
      (s) => `{
      let z = gateValue(sum0_${s});
      let r = gateValue(sum1_${s});
      update[${slot(text, s)}] = z;
      // Of a masked step nothing may be left that is no number.
      let open = select(V(0.0), r * ${readOwnState(text, s)}, isOn${s});
      ${text.tiling.isShared ? `shared_reset[${s}u * Q + unit] = open;` : ""}
      if (isIn${s}) {
        reset[row${s} * Q + unit] = open;
        kept[(row${s} * R) * Q + unit] = z;
        kept[(row${s} * R + 1u) * Q + unit] = r;
      }
    }`,
    )}`,
    )}
    ${barrier}
    ${forUnits(
      text,
      `
    ${startSums(text, 2, 3)}
    ${multiplyVector(text, {
      ...matrix,
      read: readReset(text),
      columns: ["2u * Q"],
      sum: (_gate, s) => `sum2_${s}`,
    })}
    ${forSamples(text, (s) => `{ ${writeCell(text, s)} ${writeStates(text, s)} }`)}`,
    )}`;
}

/** The state of the invocation's own unit as the product takes it. */
function readOwnState(text: RnnText, s: number): string {
  return text.tiling.isShared
    ? `shared_state[half + ${s}u * Q + unit]`
    : `before[row${s} * Q + unit]`;
}

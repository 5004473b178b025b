/** The backward pass of a whole recurrent sequence in one program. */
import {
  findSamples,
  findStep,
  forSamples,
  forUnits,
  mainHead,
  multiplyVector,
  type RnnText,
  writeHead,
} from "./rnnProgram.ts";

/** Which gradients come in. */
export interface RnnGradients {
  readonly output: boolean;
  readonly finalState: boolean;
  readonly finalCell: boolean;
}

/**
 * Buffers: `transposed`, the recurrent kernel turned round `[gates, units, units]`; `kept`, `before`, `dropout` and `mask`
 * as the forward pass has them; `outputGradient` and those of last states. Written: `gradient` of what goes into the gates,
 * for every step `[batch, time, gates, units]`; for gruAfter also `hiddenGradient`, of the state's part of it; those of the
 * first states. Through time, as in Werbos 1990.
 */
export function writeBackward(text: RnnText, given: RnnGradients): string {
  const { options, tiling } = text;
  const { kind } = options;
  const count = `array<V, ${tiling.samples}u * OWNED>`;
  const isLstm = kind === "lstm";
  const barrier = tiling.isShared ? "workgroupBarrier();" : "storageBarrier(); workgroupBarrier();";
  const all = options.units * { simple: 1, lstm: 4, gruBefore: 2, gruAfter: 3 }[kind];
  return `${writeHead(text)}
${tiling.isShared ? `var<workgroup> shared_gradient: array<V, ${tiling.samples}u * G * Q>;` : ""}
${mainHead(tiling.threads)}
  ${findSamples(text)}
  var carry: ${count};
  ${isLstm ? `var carryCell: ${count};` : ""}
  ${kind === "gruBefore" ? `var total: ${count};` : ""}
  ${forUnits(
    text,
    forSamples(
      text,
      (s) => `
    ${given.finalState ? `carry[${slot(text, s)}] = finalStateGradient[sample${s} * Q + unit];` : ""}
    ${given.finalCell ? `carryCell[${slot(text, s)}] = finalCellGradient[sample${s} * Q + unit];` : ""}`,
    ),
  )}
  for (var left = uniforms.time; left > 0u; left--) {
    let index = left - 1u;
    let isLast = left == uniforms.time;
    ${findStep(text)}
    ${forUnits(
      text,
      forSamples(text, (s) => `{ ${addOutput(text, given, s)} ${writeCell(text, s)} }`),
    )}
    ${barrier}
    ${kind === "gruBefore" ? writeReset(text, barrier) : ""}
    ${forUnits(
      text,
      `
    ${forSamples(text, (s) => `var sum_${s} = V(0.0);`)}
    ${multiplyVector(text, {
      length: all,
      start: 0,
      read: readGradient(text),
      matrix: "transposed",
      stride: "Q",
      columns: ["0u"],
      sum: (_column, s) => `sum_${s}`,
    })}
    ${forSamples(text, (s) => `carry[${slot(text, s)}] += sum_${s}${factor(text, s)};`)}`,
    )}
    ${tiling.isShared ? barrier : ""}
  }
  ${
    text.parts.initial
      ? forUnits(
          text,
          forSamples(
            text,
            (s) => `if (isIn${s}) {
    initialStateGradient[sample${s} * Q + unit] = carry[${slot(text, s)}];
    ${isLstm ? `initialCellGradient[sample${s} * Q + unit] = carryCell[${slot(text, s)}];` : ""}
  }`,
          ),
        )
      : ""
  }
}`;
}

function slot(text: RnnText, sample: number): string {
  return `own * ${text.tiling.samples}u + ${sample}u`;
}

function factor(text: RnnText, s: number): string {
  return text.parts.dropout ? ` * dropout[sample${s} * Q + unit]` : "";
}

/** `all`: the gradient of this step's state, as the later steps and the output have it. */
function addOutput(text: RnnText, given: RnnGradients, s: number): string {
  const { returnSequences, zeroOutputForMask } = text.options;
  if (!given.output) return `let all = carry[${slot(text, s)}];`;
  const isOn = zeroOutputForMask ? `isOn${s}` : "true";
  const read = returnSequences
    ? `outputGradient[(sample${s} * uniforms.time + place) * Q + unit]`
    : `outputGradient[sample${s} * Q + unit]`;
  const condition = returnSequences ? isOn : `isLast && ${isOn}`;
  return `
    var all = carry[${slot(text, s)}];
    if (${condition}) { all += ${read}; }`;
}

/** The gradients of the gates of one unit, and what goes to the step before without the recurrent kernel. */
function writeCell(text: RnnText, s: number): string {
  const at = slot(text, s);
  const isOn = `isOn${s}`;
  const keep = (index: number) => `kept[(row${s} * R + ${index}u) * Q + unit]`;
  const give = (gate: number, value: string) => giveGradient(text, s, gate, value);
  switch (text.options.kind) {
    case "simple":
      return `
        ${give(0, `all * outerSlope(${keep(0)})`)}
        carry[${at}] = select(all, V(0.0), ${isOn});`;
    case "lstm":
      return `
        let i = ${keep(0)}; let f = ${keep(1)}; let g = ${keep(2)}; let o = ${keep(3)};
        let cellBefore = ${keep(4)};
        let shown = outerValue(f * cellBefore + i * g);
        let cellGradient = carryCell[${at}] + all * o * outerSlope(shown);
        ${give(0, "cellGradient * g * gateSlope(i)")}
        ${give(1, "cellGradient * cellBefore * gateSlope(f)")}
        ${give(2, "cellGradient * i * outerSlope(g)")}
        ${give(3, "all * shown * gateSlope(o)")}
        carryCell[${at}] = select(carryCell[${at}], cellGradient * f, ${isOn});
        carry[${at}] = select(all, V(0.0), ${isOn});`;
    case "gruAfter":
      return `
        let z = ${keep(0)}; let r = ${keep(1)}; let n = ${keep(2)}; let hidden = ${keep(3)};
        let candidate = all * (V(1.0) - z) * outerSlope(n);
        ${give(0, `all * (${keep(4)} - n) * gateSlope(z)`)}
        ${give(1, "candidate * hidden * gateSlope(r)")}
        ${give(2, "candidate * r")}
        if (isIn${s}) { gradient[(row${s} * G + 2u) * Q + unit] = select(V(0.0), candidate, ${isOn}); }
        carry[${at}] = select(all, all * z, ${isOn});`;
    case "gruBefore":
      return `
        let z = ${keep(0)}; let n = ${keep(2)};
        ${give(0, `all * (before[row${s} * Q + unit] - n) * gateSlope(z)`)}
        ${give(2, "all * (V(1.0) - z) * outerSlope(n)")}
        total[${at}] = all;`;
  }
}

/** To where the product reads it, and to where the weights' gradients are made of it. */
function giveGradient(text: RnnText, s: number, gate: number, value: string): string {
  const name = `gradient${gate}`;
  const isAfter = text.options.kind === "gruAfter";
  const write = (buffer: string) => `${buffer}[(row${s} * G + ${gate}u) * Q + unit] = ${name};`;
  const buffers = isAfter
    ? [write("hiddenGradient"), ...(gate === 2 ? [] : [write("gradient")])]
    : [write("gradient")];
  return `
    let ${name} = select(V(0.0), ${value}, isOn${s});
    ${text.tiling.isShared ? `shared_gradient[(${s}u * G + ${gate}u) * Q + unit] = ${name};` : ""}
    if (isIn${s}) { ${buffers.join(" ")} }`;
}

/** Of values in the order of the gates. */
const readGradient = (text: RnnText) => (s: number, at: string) => {
  if (text.tiling.isShared) return `shared_gradient[${s}u * G * Q + ${at}]`;
  const buffer = text.options.kind === "gruAfter" ? "hiddenGradient" : "gradient";
  return `${buffer}[row${s} * G * Q + ${at}]`;
};

/** gruBefore: the candidate's gradient goes back through the reset gate first. */
function writeReset(text: RnnText, barrier: string): string {
  const { units } = text.options;
  return `
    ${forUnits(
      text,
      `
    ${forSamples(text, (s) => `var sum_${s} = V(0.0);`)}
    ${multiplyVector(text, {
      length: units,
      start: 2 * units,
      read: readGradient(text),
      matrix: "transposed",
      stride: "Q",
      columns: ["0u"],
      sum: (_column, s) => `sum_${s}`,
    })}
    ${forSamples(
      text,
      (s) => `{
      let z = kept[(row${s} * R) * Q + unit]; let r = kept[(row${s} * R + 1u) * Q + unit];
      let all = total[${slot(text, s)}];
      ${giveGradient(text, s, 1, `sum_${s} * before[row${s} * Q + unit] * gateSlope(r)`)}
      carry[${slot(text, s)}] = select(all, (all * z + sum_${s} * r)${factor(text, s)}, isOn${s});
    }`,
    )}`,
    )}
    ${barrier}`;
}

/** WGSL that the forward and the backward program of a recurrent sequence share. */
import { writeRnnActivation } from "./rnnActivations.ts";
import {
  gateCounts,
  countKept,
  type RnnOptions,
  type RnnParts,
  type RnnTiling,
} from "./rnnShape.ts";

/** Names of one program: all sizes but batch and time are in its text. */
export interface RnnText {
  readonly options: RnnOptions;
  readonly tiling: RnnTiling;
  readonly parts: RnnParts;
}

/** `S(text)` once for each sample of a workgroup, one after the other. */
export function forSamples(text: RnnText, write: (sample: number) => string): string {
  return Array.from({ length: text.tiling.samples }, (_unused, sample) => write(sample)).join("\n");
}

export function forGates(count: number, write: (gate: number) => string): string {
  return Array.from({ length: count }, (_unused, gate) => write(gate)).join("\n");
}

/** `unit` runs over what an invocation owns, `own` over its place in private arrays. */
export function forUnits({ options, tiling }: RnnText, body: string): string {
  const owned = countOwned({ options, tiling });
  if (owned === 1) return `{ let own = 0u; let unit = lane; if (unit < Q) { ${body} } }`;
  return `for (var own = 0u; own < ${owned}u; own++) {
    let unit = lane + own * ${tiling.threads}u;
    if (unit < Q) { ${body} }
  }`;
}

function countOwned({ options, tiling }: Pick<RnnText, "options" | "tiling">): number {
  return Math.ceil(options.units / tiling.lanes / tiling.threads);
}

/** Types, sizes, activations, and what finds the samples of a workgroup. */
export function writeHead(text: RnnText): string {
  const { options, tiling } = text;
  const units = options.units / tiling.lanes;
  return `
alias V = ${tiling.lanes === 4 ? "vec4<f32>" : "f32"};
const Q = ${units}u;
const G = ${gateCounts[options.kind]}u;
const R = ${countKept(options.kind)}u;
const OWNED = ${countOwned(text)}u;
${writeRnnActivation("outer", options.activation)}
${writeRnnActivation("gate", options.recurrentActivation)}
`;
}

/** The first lines of `main`: `sample<n>` (beyond the last one: the last one's again) and `isIn<n>`. */
export function findSamples(text: RnnText): string {
  const { samples } = text.tiling;
  return `
  let first = (group.y * groups.x + group.x) * ${samples}u;
  if (first >= uniforms.batch) { return; }
  ${forSamples(
    text,
    (sample) => `
  let isIn${sample} = first + ${sample}u < uniforms.batch;
  let sample${sample} = min(first + ${sample}u, uniforms.batch - 1u);`,
  )}`;
}

/** `time` and `place` (of the output) of the step whose number is in `index`, `row<n>` and `isOn<n>` of each sample. */
export function findStep(text: RnnText): string {
  const { goBackwards, isTurned } = text.options;
  const { mask } = text.parts;
  return `
    let time = ${goBackwards ? "uniforms.time - 1u - index" : "index"};
    let place = ${isTurned ? "uniforms.time - 1u - index" : "index"};
    ${forSamples(
      text,
      (sample) => `
    let row${sample} = sample${sample} * uniforms.time + time;
    let isOn${sample} = ${mask === null ? "true" : `mask[row${sample}] != ${mask === "f32" ? "0.0" : "0"}`};`,
    )}`;
}

export const mainHead = (threads: number) => `
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {`;

export interface Product {
  /** Numbers in the vector, and where its first is. */
  readonly length: number;
  readonly start: number;
  /** Reads value `at` (in fours where units are taken by fours) of the vector of a sample. */
  readonly read: (sample: number, at: string) => string;
  /** Row 0 of the matrix in which values of `stride` lie. */
  readonly matrix: string;
  readonly stride: string;
  /** Places of columns, one for each sum. */
  readonly columns: readonly string[];
  /** Name of the sum for a column and a sample. */
  readonly sum: (column: number, sample: number) => string;
}

/** Adds vector · matrix to sums in registers, four rows at a time where they come out even. */
export function multiplyVector(text: RnnText, product: Product): string {
  const { length, start, read, matrix, stride, columns, sum } = product;
  const { lanes } = text.tiling;
  const step = length % 4 === 0 ? 4 : 1;
  const rows = Array.from({ length: step }, (_unused, row) => row);
  const vectors = forSamples(text, (sample) =>
    lanes === 4
      ? `let vector${sample} = ${read(sample, `${start / 4}u + step`)};`
      : rows
          .map(
            (row) =>
              `let vector${sample}_${row} = ${read(sample, `${start}u + step * ${step}u + ${row}u`)};`,
          )
          .join("\n"),
  );
  const factor = (sample: number, row: number) =>
    lanes === 4 ? `vector${sample}.${"xyzw"[row]}` : `vector${sample}_${row}`;
  return `
  for (var step = 0u; step < ${length / step}u; step++) {
    ${vectors}
    let base = (${start}u + step * ${step}u) * ${stride} + unit;
    ${columns
      .map((column, index) =>
        rows
          .map(
            (row) => `{
        let weight = ${matrix}[base + ${row}u * ${stride} + ${column}];
        ${forSamples(text, (sample) => `${sum(index, sample)} += ${factor(sample, row)} * weight;`)}
      }`,
          )
          .join("\n"),
      )
      .join("\n")}
  }`;
}

/**
 * WGSL of the fused objective. One program goes over the rows of units and writes, per worker, the sums of the rows it
 * saw (loss first, then metrics) and the gradient of the mean loss; a second one adds the workers up, always in the same
 * order, so that losses come out the same bit for bit.
 */
import { assertNever } from "../../base/assertNever.ts";
import type { LossName, LossOptions } from "../../training/losses.ts";
import type { MetricName } from "../../training/metrics.ts";

/** Losses that are computed row by row from simple sums; the others go through tfjs's ops. */
export const fusedLosses = [
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "binaryCrossentropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  "huber",
  "logcosh",
  "kullbackLeiblerDivergence",
  "poisson",
] as const satisfies readonly LossName[];
export type FusedLossName = (typeof fusedLosses)[number];

/** Metrics whose sums come out of the same pass. */
export type FusedMetric =
  | { readonly kind: "binaryAccuracy"; readonly border: number }
  | { readonly kind: "classAccuracy" }
  | { readonly kind: "topK"; readonly most: number }
  /** `unit`: only this one counts; null: all. */
  | { readonly kind: "positives"; readonly border: number; readonly unit: number | null }
  | { readonly kind: "rowLoss" }
  | {
      readonly kind: "squaredError" | "absoluteError" | "relativeError";
      readonly scale: number;
      readonly offset: number;
    };

/** Names that can be fused at all, whatever the loss: they are measured first, on every backend. */
export const fusedMetricNames: readonly MetricName[] = [
  "accuracy",
  "topK5Accuracy",
  "topKAccuracy",
  "precision",
  "recall",
  "truePositives",
  "trueNegatives",
  "falsePositives",
  "falseNegatives",
  "crossentropy",
  "perplexity",
  "meanSquaredError",
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
];

export interface LossShader {
  readonly loss: FusedLossName;
  readonly options: LossOptions;
  readonly metrics: readonly FusedMetric[];
  readonly isWeighted: boolean;
  readonly hasClassWeights: boolean;
  readonly hasGradient: boolean;
  /** Whether the gradient is multiplied by `loss_scale` as well; absent: it is not. */
  readonly isScaled?: boolean;
  /** What the gradient of the mean loss is multiplied by: the output's share of the total. */
  readonly factor: number;
  /** Threads that share a row: 1, or a whole workgroup where rows are long. */
  readonly lanes: 1 | 64;
}

export function countSums(metrics: readonly FusedMetric[]): number {
  return metrics.reduce((count, { kind }) => count + (kind === "positives" ? 3 : 1), 1);
}

const epsilon = "1e-7";

/** Uniforms: rows, units, positions (rows per sample), workers. Bindings: see `lossKernel.ts`. */
export function writeRowsShader(shader: LossShader): string {
  const { lanes, metrics } = shader;
  const count = countSums(metrics);
  const isCategorical =
    shader.loss === "categoricalCrossentropy" || shader.loss === "sparseCategoricalCrossentropy";
  const body = isCategorical ? writeCategorical(shader) : writeElementwise(shader);
  const text = `${writeReductions(lanes)}
${writeFunctions(shader)}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  ${
    lanes === 1
      ? "let worker = group.x * 64u + local;\n  if (worker >= uniforms.workers) { return; }"
      : "let worker = group.x;\n  lane = local;"
  }
  let units = uniforms.units;
  var sums: array<f32, ${count}>;
  for (var row = worker; row < uniforms.rows; row += uniforms.workers) {
    let start = row * units;
    var weight = ${shader.isWeighted ? "weights[row / uniforms.positions]" : "1.0"};
    ${writeClassWeight(shader)}
    var loss = 0.0;
    var exponent = 0u;
    ${body}
    // Clamping may turn what is no number into one, but a spoilt prediction must spoil the loss.
    let largest = u32(most(f32(exponent >> 23u)));
    if (largest == 255u) { loss = bitcast<f32>((largest << 23u) | 0x400000u); }
    sums[0] += loss * weight;
    ${writeMetrics(shader)}
  }
  ${lanes === 1 ? "" : "if (lane == 0u) {"}
  for (var index = 0u; index < ${count}u; index++) {
    partial[worker * ${count}u + index] = sums[index];
  }
  ${lanes === 1 ? "" : "}"}
}`;
  return text.replaceAll("FIRST", lanes === 1 ? "0u" : "lane");
}

/** The largest exponent of a row: 255 only of infinities and what is no number. */
const noticeSpoilt = "exponent = max(exponent, bitcast<u32>(p) & 0x7f800000u);";

/** Loop over the units of a row, every lane its own. */
function eachUnit(lines: string): string {
  return `for (var unit = FIRST; unit < units; unit += LANES) {
      let p = predicted[start + unit];
      let t = truth[start + unit];
      ${lines}
    }`;
}

function writeReductions(lanes: 1 | 64): string {
  if (lanes === 1) {
    return `const LANES = 1u;
fn total(value: f32) -> f32 { return value; }
fn most(value: f32) -> f32 { return value; }
fn least(value: f32) -> f32 { return value; }`;
  }
  const reduce = (name: string, step: string) => `fn ${name}(value: f32) -> f32 {
  shares[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half = half / 2u) {
    if (lane < half) { shares[lane] = ${step}; }
    workgroupBarrier();
  }
  let result = workgroupUniformLoad(&shares[0]);
  return result;
}`;
  return `const LANES = 64u;
var<private> lane: u32;
var<workgroup> shares: array<f32, 64>;
${reduce("total", "shares[lane] + shares[lane + half]")}
${reduce("most", "max(shares[lane], shares[lane + half])")}
${reduce("least", "min(shares[lane], shares[lane + half])")}`;
}

/** Weight of the row's class, from the truth before any smoothing. */
function writeClassWeight({ hasClassWeights }: LossShader): string {
  if (!hasClassWeights) return "";
  return `if (units == 1u) {
      weight *= mix(class_weights[0], class_weights[1], truth[start]);
    } else {
      var class_weight = 0.0;
      ${eachUnit("class_weight += t * class_weights[unit];")}
      weight *= total(class_weight);
    }`;
}

function writeCategorical(shader: LossShader): string {
  const { options, hasGradient } = shader;
  const smooth = smoothing(options, "1.0 / f32(units)");
  const put = (value: string) =>
    hasGradient
      ? eachUnit(
          `let target_share = ${smooth};\n      gradient[start + unit] = scale * (${value});`,
        )
      : "";
  const scale = hasGradient ? `let scale = ${writeFactor(shader)} / f32(uniforms.rows);` : "";
  if (options.fromLogits) {
    return `var highest = -3.4e38;
    ${eachUnit(`${noticeSpoilt} highest = max(highest, p);`)}
    highest = most(highest);
    var powers = 0.0;
    ${eachUnit("powers += exp(p - highest);")}
    powers = total(powers);
    let logarithm = log(powers);
    var mass = 0.0;
    ${eachUnit(`let target_share = ${smooth};
      loss -= target_share * (p - highest - logarithm);
      mass += target_share;`)}
    loss = total(loss);
    mass = total(mass);
    ${scale}
    ${put("mass * exp(p - highest) / powers - target_share")}`;
  }
  return `var whole = 0.0;
    ${eachUnit(`${noticeSpoilt} whole += p;`)}
    whole = total(whole);
    var slopes = 0.0;
    ${eachUnit(`let target_share = ${smooth};
      let share = p / whole;
      loss -= target_share * log(clamp(share, ${epsilon}, 1.0 - ${epsilon}));
      slopes += entropy_slope(target_share, share) * share;`)}
    loss = total(loss);
    slopes = total(slopes);
    ${scale}
    ${put("(entropy_slope(target_share, p / whole) - slopes) / whole")}`;
}

/** What the slope of a row's loss is multiplied by, but for the number of rows. */
function writeFactor({ factor, isScaled = false }: LossShader): string {
  return `weight * ${literal(factor)}${isScaled ? " * loss_scale[0]" : ""}`;
}

function writeElementwise(shader: LossShader): string {
  const { loss, hasGradient } = shader;
  const isMean = loss !== "kullbackLeiblerDivergence";
  const divisor = isMean ? "f32(uniforms.rows) * f32(units)" : "f32(uniforms.rows)";
  return `${hasGradient ? `let scale = ${writeFactor(shader)} / (${divisor});` : ""}
    ${eachUnit(`${noticeSpoilt}
      loss += value_of(t, p);
      ${hasGradient ? "gradient[start + unit] = scale * slope_of(t, p);" : ""}`)}
    loss = total(loss)${isMean ? " / f32(units)" : ""};`;
}

function smoothing({ labelSmoothing }: LossOptions, even: string): string {
  if (labelSmoothing === 0) return "t";
  return `t * ${literal(1 - labelSmoothing)} + ${literal(labelSmoothing)} * (${even})`;
}

/** `value_of` and `slope_of` a single value, or of the logarithm of a share. */
function writeFunctions({ loss, options }: LossShader): string {
  const pair = (value: string, slope: string) =>
    `fn value_of(t: f32, p: f32) -> f32 {\n${value}\n}
fn slope_of(t: f32, p: f32) -> f32 {\n${slope}\n}`;
  switch (loss) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      // Clipping has no slope outside of its bounds.
      return `fn entropy_slope(target_share: f32, share: f32) -> f32 {
  let clipped = clamp(share, ${epsilon}, 1.0 - ${epsilon});
  return select(0.0, -target_share / clipped, share >= ${epsilon} && share <= 1.0 - ${epsilon});
}`;
    case "binaryCrossentropy": {
      const smooth = `let s = ${smoothing(options, "0.5")};`;
      if (options.fromLogits) {
        return `fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }
fn sigmoid(x: f32) -> f32 {
  let power = exp(-abs(x));
  return select(power, 1.0, x >= 0.0) / (1.0 + power);
}
${pair(
  `${smooth} return s * softplus(-p) + (1.0 - s) * softplus(p);`,
  `${smooth} return (1.0 - s) * sigmoid(p) - s * sigmoid(-p);`,
)}`;
      }
      return pair(
        `${smooth} let c = clamp(p, ${epsilon}, 1.0 - ${epsilon});
  return -(s * log(c) + (1.0 - s) * log(1.0 - c));`,
        `${smooth} let c = clamp(p, ${epsilon}, 1.0 - ${epsilon});
  return select(0.0, (1.0 - s) / (1.0 - c) - s / c, p >= ${epsilon} && p <= 1.0 - ${epsilon});`,
      );
    }
    case "meanSquaredError":
      return pair("return (p - t) * (p - t);", "return 2.0 * (p - t);");
    case "meanAbsoluteError":
      return pair("return abs(p - t);", "return sign(p - t);");
    case "meanAbsolutePercentageError":
      return pair(
        `return 100.0 * abs(t - p) / max(abs(t), ${epsilon});`,
        `return 100.0 * sign(p - t) / max(abs(t), ${epsilon});`,
      );
    case "meanSquaredLogarithmicError":
      return pair(
        `let d = log(max(p, ${epsilon}) + 1.0) - log(max(t, ${epsilon}) + 1.0); return d * d;`,
        `let d = log(max(p, ${epsilon}) + 1.0) - log(max(t, ${epsilon}) + 1.0);
  return select(0.0, 2.0 * d / (p + 1.0), p >= ${epsilon});`,
      );
    case "huber": {
      const delta = literal(options.delta);
      return pair(
        `let d = abs(p - t); let near = min(d, ${delta}); return near * (d - 0.5 * near);`,
        `return clamp(p - t, -${delta}, ${delta});`,
      );
    }
    case "logcosh":
      return `fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }
${pair("return p - t + softplus(-2.0 * (p - t)) - 0.6931471805599453;", "return tanh(clamp(p - t, -20.0, 20.0));")}`;
    case "kullbackLeiblerDivergence":
      return pair(
        `let s = clamp(t, ${epsilon}, 1.0); return s * log(s / clamp(p, ${epsilon}, 1.0));`,
        `let s = clamp(t, ${epsilon}, 1.0); return select(0.0, -s / p, p >= ${epsilon} && p <= 1.0);`,
      );
    case "poisson":
      return pair(`return p - t * log(p + ${epsilon});`, `return 1.0 - t / (p + ${epsilon});`);
    default:
      return assertNever(loss);
  }
}

function writeMetrics({ metrics }: LossShader): string {
  let at = 1;
  return metrics
    .map((metric, index) => {
      const place = at;
      at += metric.kind === "positives" ? 3 : 1;
      return `{ ${writeMetric(metric, { place, name: `m${index}` })} }`;
    })
    .join("\n    ");
}

function writeMetric(
  metric: FusedMetric,
  { place, name }: { readonly place: number; readonly name: string },
): string {
  const summed = (value: string) => `var ${name} = 0.0;
      ${eachUnit(`${name} += ${value};`)}
      sums[${place}] += total(${name});`;
  switch (metric.kind) {
    case "binaryAccuracy":
      return summed(`select(0.0, 1.0, (p > ${literal(metric.border)}) == (t > 0.5))`);
    case "classAccuracy":
      // The first of equals, as in argmax.
      return `var highest_p = -3.4e38;
      var highest_t = -3.4e38;
      ${eachUnit("highest_p = max(highest_p, p); highest_t = max(highest_t, t);")}
      highest_p = most(highest_p);
      highest_t = most(highest_t);
      var first_p = 3.4e38;
      var first_t = 3.4e38;
      ${eachUnit(`if (p == highest_p) { first_p = min(first_p, f32(unit)); }
      if (t == highest_t) { first_t = min(first_t, f32(unit)); }`)}
      first_p = least(first_p);
      first_t = least(first_t);
      sums[${place}] += select(0.0, 1.0, first_p == first_t);`;
    case "topK":
      return `var score = 0.0;
      ${eachUnit("score += t * p;")}
      score = total(score);
      var better = 0.0;
      ${eachUnit("better += select(0.0, 1.0, p > score);")}
      sums[${place}] += select(0.0, 1.0, total(better) < ${literal(metric.most)});`;
    case "positives":
      return `var hits = 0.0;
      var said = 0.0;
      var wanted = 0.0;
      ${eachUnit(`let counts = ${metric.unit === null ? "true" : `unit == ${metric.unit}u`};
      let says = select(0.0, 1.0, counts && p > ${literal(metric.border)});
      hits += says * t; said += says; wanted += select(0.0, t, counts);`)}
      sums[${place}] += total(hits);
      sums[${place + 1}] += total(said);
      sums[${place + 2}] += total(wanted);`;
    case "rowLoss":
      return `sums[${place}] += loss;`;
    case "squaredError": {
      const scale = literal(metric.scale);
      return summed(`(p - t) * ${scale} * ((p - t) * ${scale})`);
    }
    case "absoluteError":
      return summed(`abs((p - t) * ${literal(metric.scale)})`);
    case "relativeError": {
      const raw = `t * ${literal(metric.scale)} + ${literal(metric.offset)}`;
      return summed(`abs((p - t) * ${literal(metric.scale)}) / max(abs(${raw}), ${epsilon})`);
    }
    default:
      return assertNever(metric);
  }
}

/** Adds up what the workers saw: one workgroup, each sum on its own. `head` is what the loss counts in the sums. */
export function writeReduceShader({
  count,
  factors,
}: {
  readonly count: number;
  readonly factors: { readonly loss: number; readonly head: number };
}): string {
  return `var<workgroup> shares: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var index = 0u; index < ${count}u; index++) {
    var sum = 0.0;
    for (var worker = lane; worker < uniforms.workers; worker += 64u) {
      sum += partial[worker * ${count}u + index];
    }
    shares[lane] = sum;
    workgroupBarrier();
    if (lane == 0u) {
      var whole = 0.0;
      for (var each = 0u; each < min(64u, uniforms.workers); each++) { whole += shares[each]; }
      if (index == 0u) {
        let mean = whole / f32(uniforms.rows);
        loss[0] = mean * ${literal(factors.loss)};
        sums[0] = mean * ${literal(factors.head)};
      } else {
        sums[index] = whole;
      }
    }
    workgroupBarrier();
  }
}`;
}

/** A number that WGSL reads as a float. */
function literal(value: number): string {
  return `f32(${Math.fround(value)})`;
}

/**
 * Connectionist temporal classification (Graves et al. 2006; https://keras.io/api/losses/probabilistic_losses): minus the
 * logarithm of the chance that the steps of a sequence, with blanks and repeats left out, spell the labels. The chance is
 * summed over all alignments by the forward recursion, its slope by the backward one.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { alignOnDevice } from "./fused/ctcKernel.ts";

/** The logarithm of a chance of nothing, as in Keras: sequences too short for their labels cost about 1e5, not infinity. */
const impossible = -1e5;

/**
 * One loss per sample, [batch]. `labels`: one-hot, [batch, labels, classes]; class 0 is the blank, in the data it fills up
 * what is behind the last label. `scores`: before softmax, [batch, steps, classes].
 */
export function ctcLosses(labels: tf.Tensor, scores: tf.Tensor): tf.Tensor {
  const [batch = 1, steps = 1] = scores.shape;
  const count = labels.shape[1] ?? 1;
  const shares = tf.logSoftmax(scores);
  // Each label has a blank before it, and the last one another behind it.
  const blank = tf.slice(shares, [0, 0, 0], [-1, -1, 1]);
  const said = tf.matMul(shares, labels, false, true);
  const pairs = tf.stack([tf.broadcastTo(blank, said.shape), said], 3);
  const emissions = tf.concat([tf.reshape(pairs, [batch, steps, 2 * count]), blank], 2);
  const known = tf.sum(labels, [1, 2]);
  const fillers = tf.sum(tf.slice(labels, [0, 0, 0], [-1, -1, 1]), [1, 2]);
  const places: LabelPlaces = {
    repeats: findRepeats(labels, count),
    lengths: tf.sub(known, fillers),
  };
  return tf.backend() instanceof WebGPUBackend
    ? alignOnDevice(emissions, places)
    : alignByOps(emissions, places);
}

export interface LabelPlaces {
  /** [batch, labels]: 1 where a label is the one before it once more, between which a blank must lie. */
  readonly repeats: tf.Tensor;
  /** [batch]: how many labels a sample has. */
  readonly lengths: tf.Tensor;
}

function findRepeats(labels: tf.Tensor, count: number): tf.Tensor {
  if (count === 1) return tf.zerosLike(tf.sum(labels, -1));
  const later = tf.slice(labels, [0, 1, 0], [-1, count - 1, -1]);
  const earlier = tf.slice(labels, [0, 0, 0], [-1, count - 1, -1]);
  const repeats = tf.sum(tf.mul(later, earlier), -1).as2D(-1, count - 1);
  return tf.pad(repeats, [
    [0, 0],
    [1, 0],
  ]);
}

/** Minus the logarithm of the chance of all alignments, by tfjs's ops on any backend. `emissions`: [batch, steps, places]. */
function alignByOps(emissions: tf.Tensor, { repeats, lengths }: LabelPlaces): tf.Tensor {
  const [batch = 1, steps = 1, places = 1] = emissions.shape;
  const index = Array.from({ length: places }, (_unused, place) => place);
  const asLogarithm = (isPossible: tf.Tensor) => tf.mul(tf.sub(1, isPossible), impossible);
  const row = (step: number, of: tf.Tensor) =>
    tf.reshape(tf.slice(of, [0, step, 0], [-1, 1, -1]), [batch, places]);
  const align = tf.customGrad((given, save) => {
    // tfjs hands a saving function over, but its type says tensor.
    const values = given as tf.Tensor;
    const keep = save as unknown as (tensors: tf.Tensor[]) => void;
    const start = tf.tensor2d([index.map((place) => (place < 2 ? 0 : impossible))]);
    // From label to label across the blank between them, unless both are the same.
    const skips = asLogarithm(
      tf.concat(
        [
          tf.reshape(
            tf.stack(
              [
                tf.zerosLike(repeats),
                tf.mul(
                  tf.sub(1, repeats),
                  tf.tensor1d(index.slice(0, (places - 1) / 2).map(Math.sign)),
                ),
              ],
              2,
            ),
            [batch, places - 1],
          ),
          tf.zeros([batch, 1]),
        ],
        1,
      ),
    );
    const last = tf.mul(tf.reshape(lengths, [batch, 1]), 2);
    const ends = asLogarithm(
      tf.cast(
        tf.logicalOr(
          tf.equal(tf.tensor2d([index]), last),
          tf.equal(tf.tensor2d([index]), tf.sub(last, 1)),
        ),
        "float32",
      ),
    );
    const forward: tf.Tensor[] = [tf.add(row(0, values), start)];
    for (let step = 1; step < steps; step++) {
      const before = forward[step - 1] ?? start;
      const ways = [before, move(before, 1), tf.add(move(before, 2), skips)];
      forward.push(tf.add(tf.logSumExp(tf.stack(ways), 0), row(step, values)));
    }
    const total = tf.logSumExp(tf.add(forward[steps - 1] ?? start, ends), 1);
    keep([values, tf.stack(forward, 1), total, skips, ends]);
    return {
      value: tf.neg(total),
      gradFunc(change: tf.Tensor, saved: tf.Tensor[]) {
        const [said, forwards, sums, jumps, goals] = saved;
        if (!said || !forwards || !sums || !jumps || !goals) throw new Error("Nothing was saved.");
        const backward: tf.Tensor[] = [goals];
        for (let step = steps - 1; step > 0; step--) {
          const after = tf.add(backward[0] ?? goals, row(step, said));
          const ways = [after, move(after, -1), move(tf.add(after, jumps), -2)];
          backward.unshift(tf.logSumExp(tf.stack(ways), 0));
        }
        const chances = tf.exp(
          tf.sub(tf.add(forwards, tf.stack(backward, 1)), tf.reshape(sums, [batch, 1, 1])),
        );
        return tf.mul(tf.neg(chances), tf.reshape(change, [batch, 1, 1]));
      },
    };
  });
  return align(emissions);
}

/** Places moved on by so many (back, where negative); what comes in from outside is impossible. */
function move(values: tf.Tensor, by: number): tf.Tensor {
  const [batch = 1, places = 1] = values.shape;
  const size = Math.min(Math.abs(by), places);
  const outside = tf.fill([batch, size], impossible);
  const kept = tf.slice(values, [0, by > 0 ? 0 : size], [batch, places - size]);
  return tf.concat(by > 0 ? [outside, kept] : [kept, outside], 1);
}

/** Losses that tfjs lacks and that take more than a line: functions for printed scripts. */

export const leaveOutHelper = `/** Losses of rows so that their mean is that of the rows of all other classes. */
function leaveOut(yTrue: tf.Tensor, losses: tf.Tensor, ignored: number): tf.Tensor {
  const units = yTrue.shape.at(-1) ?? 1;
  const counts = tf.scalar(1).sub(yTrue.mul(tf.oneHot(ignored, units)).sum(-1));
  return losses.mul(counts).div(counts.mean().maximum(1e-7));
}`;

/** `yTrue`: class numbers, in a column of their own or repeated in every column, as `fit` wants it. */
export const circleHelper = `/** Circle loss (Sun et al. 2020) of vectors of length 1; the first column of yTrue holds the class numbers. */
function circleLoss(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  gamma: number,
  margin: number,
  removeDiagonal = true,
): tf.Tensor {
  const count = yPred.shape[0] ?? 1;
  const labels = yTrue.reshape([count, -1]).slice([0, 0], [-1, 1]);
  const same = labels.equal(labels.transpose()).toFloat();
  const others = tf.scalar(1).sub(same);
  const partners = removeDiagonal ? same.sub(tf.eye(count)) : same;
  const distances = tf.scalar(1).sub(tf.matMul(yPred, yPred, false, true)).relu();
  const pull = distances.add(margin).mul(distances.sub(margin)).mul(gamma);
  const push = tf.scalar(1 + margin).sub(distances).relu()
    .mul(tf.scalar(1 - margin).sub(distances)).mul(gamma);
  const sumOf = (terms: tf.Tensor, members: tf.Tensor) =>
    terms.mul(members).add(members.sub(1).mul(1e9)).logSumExp(1);
  const losses = sumOf(pull, partners).add(sumOf(push, others)).softplus();
  // Samples without a partner, or without another class, count nothing.
  const counts = losses.sign();
  return losses.mul(counts).div(counts.mean().maximum(1e-7));
}`;

/** `yTrue`: one-hot labels, [batch, labels, classes]; as many as there are steps, as `fit` wants it. */
export const ctcHelper = `/** CTC loss (Graves et al. 2006) of scores before softmax; yTrue is one-hot, class 0 is the blank and fills up labels. */
function ctcLoss(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const impossible = -1e5;
  const [batch = 1, steps = 1] = yPred.shape;
  const count = yTrue.shape[1] ?? 1;
  const places = 2 * count + 1;
  const shares = tf.logSoftmax(yPred);
  const blank = shares.slice([0, 0, 0], [-1, -1, 1]);
  const said = tf.matMul(shares, yTrue, false, true);
  const pairs = tf.stack([tf.broadcastTo(blank, said.shape), said], 3);
  const emissions = tf.concat([pairs.reshape([batch, steps, 2 * count]), blank], 2);
  // From label to label across the blank between them, unless both are the same.
  const before = tf.concat([yTrue.slice([0, 0, 0], [-1, 1, -1]), yTrue.slice([0, 0, 0], [-1, count - 1, -1])], 1);
  const differs = tf.scalar(1).sub(yTrue.mul(before).sum(-1));
  const skips = tf.concat([tf.stack([tf.zerosLike(differs), differs], 2).reshape([batch, 2 * count]), tf.zeros([batch, 1])], 1)
    .sub(1).mul(-impossible);
  const last = yTrue.sum([1, 2]).sub(yTrue.slice([0, 0, 0], [-1, -1, 1]).sum([1, 2])).mul(2).reshape([batch, 1]);
  const index = tf.range(0, places).reshape([1, places]);
  const ends = index.equal(last).logicalOr(index.equal(last.sub(1))).toFloat().sub(1).mul(-impossible);
  const move = (values: tf.Tensor, by: number) =>
    tf.concat([tf.fill([batch, by], impossible), values.slice([0, 0], [batch, places - by])], 1);
  const row = (step: number) => emissions.slice([0, step, 0], [-1, 1, -1]).reshape([batch, places]);
  let forward: tf.Tensor = row(0).add(index.greater(1).toFloat().mul(impossible));
  for (let step = 1; step < steps; step++) {
    const ways = [forward, move(forward, 1), move(forward, 2).add(skips)];
    forward = tf.stack(ways).logSumExp(0).add(row(step));
  }
  return forward.add(ends).logSumExp(1).neg();
}`;

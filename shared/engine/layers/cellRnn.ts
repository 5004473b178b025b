import * as tf from "@tensorflow/tfjs";

export interface CellRnnArgs {
  /** One cell, or several: each reads what the one before it gives. Of a model file: their configurations. */
  cell: CellRnnCell | CellRnnCell[];
  returnSequences?: boolean;
  returnState?: boolean;
  goBackwards?: boolean;
  zeroOutputForMask?: boolean;
  stateful?: boolean;
  name?: string;
  trainable?: boolean;
}

type CellRnnCell = tf.layers.RNNCell | tf.serialization.ConfigDict;

/**
 * Runs recurrent cells over a sequence, [batch, time, features] → [batch, units], as Keras 3 does. Further inputs are
 * the first states, cell by cell (h, or h and c). tf.layers.rnn is not enough: it keeps a dropout mask from one batch to
 * the next, hands a given first state on to other layers, and orders the states of several cells backwards.
 */
export class CellRnn extends tf.layers.Layer {
  static className = "netloom>CellRnn";

  readonly cells: readonly tf.layers.RNNCell[];
  readonly isStacked: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  /** Of a stateful layer, from batch to batch; empty until the first one. */
  kept: tf.Tensor[] = [];

  constructor(args: CellRnnArgs) {
    const { name = "cell_rnn", trainable = true } = args;
    // A name made of the class's would have a ">" in it, which weights may not.
    super({ name, trainable });
    this.isStacked = Array.isArray(args.cell);
    this.cells = [args.cell].flat().map(cellRnnRevive);
    this.returnSequences = args.returnSequences ?? false;
    this.returnState = args.returnState ?? false;
    this.goBackwards = args.goBackwards ?? false;
    this.zeroOutputForMask = args.zeroOutputForMask ?? false;
    this._stateful = args.stateful ?? false;
    this.supportsMasking = true;
  }

  /** A cell's states, one after the other: tfjs's wrappers count them. */
  get states(): readonly null[] {
    return this.stateSizes().map(() => null);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const [batch = null, , ...features] = CellRnn.firstShape(inputShape);
    let size: tf.Shape = features;
    for (const [index, cell] of this.cells.entries()) {
      cell.build([batch, ...size]);
      cell.built = true;
      size = [cellRnnSizes(cell)[0] ?? 1];
      // Otherwise several cells' kernels would have one name in a model file.
      if (this.isStacked)
        for (const weight of cell.weights)
          Reflect.set(weight, "originalName", `${this.name}/cell_${index}/${weight.originalName}`);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) {
    return tf.tidy(() => {
      const [input, ...given] = [inputs].flat();
      if (input === undefined) throw new Error("CellRnn got no input.");
      const options = { training: kwargs?.["training"] === true };
      for (const cell of this.cells) cellRnnForgetDropout(cell);
      // Copied: the gradient remembers the list that unstack gave.
      const steps = [...tf.unstack(input, 1)];
      const masks = cellRnnMasks(kwargs?.["mask"]);
      if (this.goBackwards) {
        steps.reverse();
        masks.reverse();
      }
      let states = given.length > 0 ? given : this.firstStates(input.shape[0] ?? 1);
      if (states.length !== this.stateSizes().length)
        throw new Error(
          `CellRnn has ${this.stateSizes().length} states, but got ${states.length}.`,
        );
      const outputs: tf.Tensor[] = [];
      for (const [time, step] of steps.entries()) {
        const next = tf.tidy(() => this.step(step, states, masks[time] ?? null, options));
        states = next.slice(1);
        const [output] = next;
        if (output !== undefined) outputs.push(output);
      }
      if (this.stateful) this.keep(states);
      const last = outputs.at(-1);
      if (last === undefined) throw new Error("CellRnn got a sequence without steps.");
      const output = this.returnSequences ? tf.stack(outputs, 1) : last;
      return this.returnState ? [output, ...states] : output;
    });
  }

  /** The output, then the new states. Where a step is masked the states stay, and the last cell's h (or 0) is given. */
  private step(
    input: tf.Tensor,
    states: readonly tf.Tensor[],
    mask: tf.Tensor | null,
    options: { training: boolean },
  ): tf.Tensor[] {
    let output = input;
    let before: tf.Tensor | undefined;
    const next: tf.Tensor[] = [];
    for (const cell of this.cells) {
      const own = states.slice(next.length, next.length + cellRnnSizes(cell).length);
      before = own[0];
      const result = [cell.call([output, ...own], options)].flat();
      output = result[0] ?? output;
      next.push(...result.slice(1));
    }
    if (mask === null || before === undefined) return [output, ...next];
    const choose = (fresh: tf.Tensor, old: tf.Tensor) =>
      tf.add(tf.mul(fresh, mask), tf.mul(old, tf.sub(1, mask)));
    const given = this.zeroOutputForMask ? tf.mul(output, mask) : choose(output, before);
    return [given, ...next.map((state, at) => choose(state, states[at] ?? state))];
  }

  private stateSizes(): readonly number[] {
    return this.cells.flatMap(cellRnnSizes);
  }

  private firstStates(batch: number): tf.Tensor[] {
    if (this.kept.length > 0) return this.kept;
    return this.stateSizes().map((size) => tf.zeros([batch, size]));
  }

  private keep(states: readonly tf.Tensor[]): void {
    const old = this.kept;
    this.kept = states.map((state) => tf.keep(tf.clone(state)));
    tf.dispose(old);
  }

  /** A stateful layer starts from zeros again. */
  override resetStates(): void {
    tf.dispose(this.kept);
    this.kept = [];
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [batch = null, time = null] = CellRnn.firstShape(inputShape);
    const last = this.cells.at(-1);
    const units = last === undefined ? 1 : (cellRnnSizes(last)[0] ?? 1);
    const output: tf.Shape = this.returnSequences ? [batch, time, units] : [batch, units];
    if (!this.returnState) return output;
    return [output, ...this.stateSizes().map((size): tf.Shape => [batch, size])];
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]) {
    const [first = null] = [mask ?? []].flat();
    const own = this.returnSequences ? first : null;
    // tfjs's types know no missing mask, its code does.
    const masks = [own, ...(this.returnState ? this.states : [])] as tf.Tensor[];
    return this.returnState ? masks : (own as tf.Tensor);
  }

  override get trainableWeights(): tf.LayerVariable[] {
    return this.trainable ? this.cells.flatMap((cell) => cell.trainableWeights) : [];
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return this.cells.flatMap((cell) => (this.trainable ? cell.nonTrainableWeights : cell.weights));
  }

  override get losses() {
    return this.cells.flatMap((cell) => cell.losses);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const cells = this.cells.map((cell) => ({
      className: cell.getClassName(),
      config: cell.getConfig(),
    }));
    return {
      ...super.getConfig(),
      cell: this.isStacked ? cells : (cells[0] ?? null),
      returnSequences: this.returnSequences,
      returnState: this.returnState,
      goBackwards: this.goBackwards,
      zeroOutputForMask: this.zeroOutputForMask,
      stateful: this.stateful,
    };
  }

  private static firstShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    // Several inputs have a list of shapes; the sequence comes first.
    return (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
  }
}

function cellRnnRevive(cell: CellRnnCell): tf.layers.RNNCell {
  if (cell instanceof tf.layers.RNNCell) return cell;
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const name = typeof cell["className"] === "string" ? cell["className"] : "";
  const [revived, fromConfig] = classNameMap[name] ?? [];
  if (revived === undefined || fromConfig === undefined)
    throw new Error(`There is no cell "${name}".`);
  // Only recurrent cells are ever stored here.
  return fromConfig(revived, cell["config"] as tf.serialization.ConfigDict) as tf.layers.RNNCell;
}

function cellRnnSizes(cell: tf.layers.RNNCell): readonly number[] {
  return [cell.stateSize].flat();
}

/** Cells draw a dropout mask at the first step and use it for the whole sequence. */
function cellRnnForgetDropout(cell: tf.layers.RNNCell): void {
  for (const name of ["dropoutMask", "recurrentDropoutMask"] as const) {
    const old = Reflect.get(cell, name);
    if (old) tf.dispose(old);
    Reflect.set(cell, name, null);
  }
}

/** [batch, 1] for every step, 1 where it counts. Cut before it is cast: WebGPU can't transpose truth values. */
function cellRnnMasks(mask: unknown): tf.Tensor[] {
  const [first] = [mask].flat();
  if (!(first instanceof tf.Tensor)) return [];
  const numbers = tf.cast(first, "float32");
  const rows = tf.reshape(numbers, [numbers.shape[0] ?? 1, numbers.shape[1] ?? 1, 1]);
  return tf.unstack(rows, 1);
}
tf.serialization.registerClass(CellRnn, "netloom", "CellRnn");

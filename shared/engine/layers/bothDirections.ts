import * as tf from "@tensorflow/tfjs";

export interface BothDirectionsArgs {
  /** A recurrent layer of ours that takes its first states as further inputs. Of a model file: its configuration. */
  layer: tf.layers.Layer | tf.serialization.ConfigDict;
  mergeMode?: "concat" | "sum" | "mul" | "ave" | null;
  name?: string;
  trainable?: boolean;
}

/**
 * A Bidirectional whose first states are inputs: behind the sequence those of the forward layer, then those of the
 * backward one. tf.layers.bidirectional hands them on to every layer run after it, as tfjs's recurrent layers do.
 */
export class BothDirections extends tf.layers.Layer {
  static className = "netloom>BothDirections";

  readonly forwardLayer: tf.layers.Layer;
  readonly backwardLayer: tf.layers.Layer;
  readonly mergeMode: "concat" | "sum" | "mul" | "ave" | null;
  readonly returnSequences: boolean;
  readonly returnState: boolean;

  constructor(args: BothDirectionsArgs) {
    const { name = "both_directions", trainable = true } = args;
    super({ name, trainable });
    this.forwardLayer = bothDirectionsRevive(args.layer);
    const config = this.forwardLayer.getConfig();
    this.backwardLayer = bothDirectionsRevive({
      className: this.forwardLayer.getClassName(),
      config: { ...config, goBackwards: config["goBackwards"] !== true },
    });
    this.mergeMode = args.mergeMode === undefined ? "concat" : args.mergeMode;
    this.returnSequences = config["returnSequences"] === true;
    this.returnState = config["returnState"] === true;
    this._stateful = this.forwardLayer.stateful;
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    for (const [direction, layer, shapes] of this.directions(inputShape as tf.Shape[])) {
      layer.build(shapes);
      layer.built = true;
      // Otherwise both layers' weights would have one name in a model file.
      for (const weight of layer.weights)
        Reflect.set(weight, "originalName", `${this.name}/${direction}/${weight.originalName}`);
    }
    this.built = true;
  }

  /** Each layer with its part of what belongs to the inputs: the sequence's, then half of the states'. */
  private directions<T>(parts: T[]): readonly ["forward" | "backward", tf.layers.Layer, T[]][] {
    const [first, ...states] = parts;
    if (first === undefined) throw new Error("BothDirections got no input.");
    const half = states.length / 2;
    return [
      ["forward", this.forwardLayer, [first, ...states.slice(0, half)]],
      ["backward", this.backwardLayer, [first, ...states.slice(half)]],
    ];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) {
    return tf.tidy(() => {
      const results = this.directions([inputs].flat()).map(([, layer, tensors]) =>
        [layer.call(tensors, kwargs ?? {})].flat(),
      );
      const [left, right] = results.map(([output]) => output);
      if (left === undefined || right === undefined)
        throw new Error("BothDirections got no output from its layers.");
      const merged = this.merge(left, this.returnSequences ? this.turn(right) : right);
      const [first = left, ...others] = [
        ...merged,
        ...results.flatMap(([, ...states]) => (this.returnState ? states : [])),
      ];
      return others.length === 0 ? first : [first, ...others];
    });
  }

  /** As rows of one axis behind time: WebGPU can't reverse what has five axes. */
  private turn(sequence: tf.Tensor): tf.Tensor {
    const [batch = 1, time = 1] = sequence.shape;
    return tf.reshape(tf.reverse(tf.reshape(sequence, [batch, time, -1]), 1), sequence.shape);
  }

  private merge(left: tf.Tensor, right: tf.Tensor): tf.Tensor[] {
    switch (this.mergeMode) {
      case "concat":
        return [tf.concat([left, right], -1)];
      case "sum":
        return [tf.add(left, right)];
      case "mul":
        return [tf.mul(left, right)];
      case "ave":
        return [tf.div(tf.add(left, right), 2)];
      case null:
        return [left, right];
    }
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    // One shape, or a list of them where states are returned; the same for both directions.
    const [given = []] = this.directions(inputShape as tf.Shape[]).map(([, layer, shapes]) =>
      layer.computeOutputShape(shapes),
    );
    const [output = [], ...states] = (this.returnState ? given : [given]) as tf.Shape[];
    const joined =
      this.mergeMode === "concat" ? 2 * Number(output.at(-1)) : (output.at(-1) ?? null);
    const merged = [...output.slice(0, -1), joined];
    const all = [...(this.mergeMode === null ? [merged, merged] : [merged]), ...states, ...states];
    return all.length === 1 ? merged : all;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]) {
    const [first = null] = [mask ?? []].flat();
    const own = this.returnSequences ? first : null;
    const outputs = this.mergeMode === null ? [own, own] : [own];
    const states = this.returnState ? [inputs].flat().slice(1) : [];
    // tfjs's types know no missing mask, its code does.
    const masks = [...outputs, ...states.map(() => null)] as tf.Tensor[];
    return masks.length === 1 ? (own as tf.Tensor) : masks;
  }

  override resetStates(): void {
    this.forwardLayer.resetStates();
    this.backwardLayer.resetStates();
  }

  override get trainableWeights(): tf.LayerVariable[] {
    const layers = [this.forwardLayer, this.backwardLayer];
    return this.trainable ? layers.flatMap((layer) => layer.trainableWeights) : [];
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return [this.forwardLayer, this.backwardLayer].flatMap((layer) =>
      this.trainable ? layer.nonTrainableWeights : layer.weights,
    );
  }

  override calculateLosses(): tf.Scalar[] {
    return [this.forwardLayer, this.backwardLayer].flatMap((layer) =>
      layer.trainable ? layer.calculateLosses() : [],
    );
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      layer: { className: this.forwardLayer.getClassName(), config: this.forwardLayer.getConfig() },
      mergeMode: this.mergeMode,
    };
  }
}

function bothDirectionsRevive(
  layer: tf.layers.Layer | tf.serialization.ConfigDict,
): tf.layers.Layer {
  if (layer instanceof tf.layers.Layer) return layer;
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const name = typeof layer["className"] === "string" ? layer["className"] : "";
  const [revived, fromConfig] = classNameMap[name] ?? [];
  if (revived === undefined || fromConfig === undefined)
    throw new Error(`There is no layer "${name}".`);
  // Only recurrent layers are ever stored here.
  return fromConfig(revived, layer["config"] as tf.serialization.ConfigDict) as tf.layers.Layer;
}
tf.serialization.registerClass(BothDirections, "netloom", "BothDirections");

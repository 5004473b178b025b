import * as tf from "@tensorflow/tfjs";

export interface ActivityRegularizedArgs {
  /** The layer whose outputs are held small. Of a model file: its configuration. */
  layer: tf.layers.Layer | tf.serialization.ConfigDict;
  activityRegularizer: NonNullable<Parameters<typeof tf.layers.dense>[0]["kernelRegularizer"]>;
  name?: string;
  trainable?: boolean;
}

/**
 * Does what the layer inside does and adds the regularizer of its outputs, per sample, to the loss: Keras's
 * `activity_regularizer`, which tfjs's layers take and then refuse to be applied with.
 */
export class ActivityRegularized extends tf.layers.Layer {
  static className = "netloom>ActivityRegularized";

  readonly layer: tf.layers.Layer;
  /** Only tfjs's own layers can read regularizers from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  /** Of the calls since they were last asked for: a shared layer has several. */
  private penalties: tf.Scalar[] = [];

  constructor(args: ActivityRegularizedArgs) {
    const { name = "activity_regularized", trainable = true } = args;
    super({ name, trainable });
    this.layer = activityRegularizedRevive(args.layer);
    this.layer.name = name;
    this.reader = tf.layers.dense({ units: 1, kernelRegularizer: args.activityRegularizer });
    this.supportsMasking = this.layer.supportsMasking;
    this._stateful = this.layer.stateful;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.layer.build(inputShape);
    this.layer.built = true;
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) {
    const output = this.layer.call(inputs, kwargs ?? {});
    // Those of passes that nobody asked about are gone with the pass.
    this.penalties = this.penalties.filter(({ isDisposed }) => !isDisposed);
    const regularizer = Reflect.get(this.reader, "kernelRegularizer");
    for (const each of [output].flat())
      this.penalties.push(
        tf.tidy(() => tf.div(regularizer.apply(each), each.shape[0] ?? 1).asScalar()),
      );
    return output;
  }

  /** All at once: tfjs asks once per use of a layer. */
  override calculateLosses(): tf.Scalar[] {
    const found = this.penalties.filter(({ isDisposed }) => !isDisposed);
    this.penalties = [];
    return [...(this.layer.trainable ? this.layer.calculateLosses() : []), ...found];
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]) {
    return this.layer.computeMask(inputs, mask);
  }

  override resetStates(): void {
    this.layer.resetStates();
  }

  override get trainableWeights(): tf.LayerVariable[] {
    return this.trainable ? this.layer.trainableWeights : [];
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return this.trainable ? this.layer.nonTrainableWeights : this.layer.weights;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      layer: { className: this.layer.getClassName(), config: this.layer.getConfig() },
      activityRegularizer: this.reader.getConfig()["kernelRegularizer"] ?? null,
    };
  }
}

function activityRegularizedRevive(
  layer: tf.layers.Layer | tf.serialization.ConfigDict,
): tf.layers.Layer {
  if (layer instanceof tf.layers.Layer) return layer;
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const name = typeof layer["className"] === "string" ? layer["className"] : "";
  const [revived, fromConfig] = classNameMap[name] ?? [];
  if (revived === undefined || fromConfig === undefined)
    throw new Error(`There is no layer "${name}".`);
  // Only layers are ever stored here.
  return fromConfig(revived, layer["config"] as tf.serialization.ConfigDict) as tf.layers.Layer;
}
tf.serialization.registerClass(ActivityRegularized, "netloom", "ActivityRegularized");

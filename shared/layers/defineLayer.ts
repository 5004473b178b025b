import type { JsonPrimitive, JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { regularizeActivity } from "./activityRegularizer.ts";
import type { ParamSpecs, Params, StoredParams } from "./params.ts";
import type { DType, Shape } from "./shape.ts";

export type LayerCategory =
  | "io"
  | "core"
  | "convolution"
  | "pooling"
  | "reshaping"
  | "recurrent"
  | "attention"
  | "normalization"
  | "regularization"
  | "activation"
  | "merge"
  | "preprocessing";

/** Why shapes do not fit. Analysis adds the names of the layers and what they gave. */
export interface ShapeIssue {
  readonly code: "rank" | "axis" | "size" | "merge" | "dtype" | "parameter" | "unknown-size";
  /**
   * What the layer needs, to stand after "<layer> needs": "one axis of features", "an image of at least 5 × 5".
   * For `parameter` issues: what the option must be, to stand after the layer's name: "'s strides must be …".
   */
  readonly needs: string;
  /** The input that is at fault; absent where it is several inputs together or a parameter. */
  readonly input?: number;
  /** The parameter to change, shown in the inspector. */
  readonly param?: string;
  readonly hints?: readonly FixHint[];
}

/** A repair that a layer proposes; analysis turns it into edits of the document. */
export type FixHint =
  | {
      readonly kind: "insert";
      readonly type: string;
      readonly params?: StoredParams;
      readonly input?: number;
    }
  | {
      readonly kind: "setParam";
      readonly param: string;
      readonly value: JsonValue;
      readonly title: string;
    };

export interface WeightSpec {
  /** Keras's name: kernel, bias, recurrent_kernel, gamma, moving_mean … */
  readonly name: string;
  readonly shape: readonly number[];
  /** False for what is never trained, such as moving averages. */
  readonly isTrainable: boolean;
}

/** One constructor call in Keras's vocabulary (camelCase option names), ready for tfjs and for the printers. */
export interface LayerCall {
  /** Keras's class name, and tfjs's registered class name unless `tfjsClassName` is given. */
  readonly className: string;
  readonly tfjsClassName?: string;
  /**
   * The function in `tf.layers`; spelled irregularly (`cropping2D`, `upSampling2d`), so always explicit. For a layer of
   * our own (`tfjsSource`) the class exported by `engine/layers`.
   */
  readonly tfjsFactory: string;
  /**
   * "own": tfjs has no such layer, or not with these options. `engine/layers` has a class of ours, which the TypeScript
   * printer adds to the script. Absent: `tf.layers`.
   */
  readonly tfjsSource?: "own";
  /** "own": Keras has no such layer; `codegen` adds a Python class of ours to the script. Absent: `keras.layers`. */
  readonly pythonSource?: "own";
  /**
   * Keras's class takes `trainable=False` but trains all the same (ConvLSTM2D's cell, MultiHeadAttention's projections):
   * it is frozen afterwards too.
   */
  readonly pythonFreezes?: true;
  readonly options: readonly CallOption[];
  /**
   * tfjs only: the layer that each input passes through first (null: none). tfjs has no Subtract, so there a − b is
   * Add of a and Rescaling(−1) of b, which plain tfjs can also load.
   */
  readonly tfjsInputCalls?: readonly (LayerCall | null)[];
  /**
   * How Keras takes each input: null as the first argument (several: a list), a name as a keyword argument; the same
   * name twice makes a list of them (`initial_state=[h, c]`). Absent: all as the first argument. tfjs always gets one
   * list of all inputs.
   */
  readonly pythonArguments?: readonly (string | null)[];
}

export interface CallOption {
  readonly tfjsName: string | null;
  readonly pythonName: string | null;
  readonly value: CallValue;
  /** Keras takes it where the layer is applied, not where it is made: `layers.Attention()([q, v], use_causal_mask=True)`. */
  readonly isGivenOnCall?: true;
  /** The default of each target, to leave unsaid what goes without saying. Absent: always print. */
  readonly tfjsDefault?: CallValue;
  readonly pythonDefault?: CallValue;
}

export type CallValue =
  | JsonPrimitive
  | readonly (JsonPrimitive | readonly number[])[]
  | {
      readonly kind: "initializer" | "regularizer" | "constraint";
      readonly name: string;
      readonly config: Readonly<Record<string, JsonPrimitive>>;
    }
  | { readonly kind: "layer"; readonly call: LayerCall }
  /** Several layers in order: the cells of a StackedRNNCells. */
  | { readonly kind: "layers"; readonly calls: readonly LayerCall[] }
  /** Anything else in a layer of our own. Texts in it: tfjs's model files keep only camelCase ones as they are. */
  | { readonly kind: "json"; readonly value: JsonValue };

export interface LayerExample {
  readonly params: StoredParams;
  /** Sizes without the batch axis, one list per input. */
  readonly inputs: readonly (readonly (number | null)[])[];
  /** Of every input; `inputDTypes` where they differ, one per input. */
  readonly inputDType?: DType;
  readonly inputDTypes?: readonly DType[];
  /** Fixed number of samples, for stateful layers. */
  readonly batch?: number;
  /** Of the first output; `moreOutputs` lists the sizes of the others, in order. */
  readonly output: readonly (number | null)[];
  readonly moreOutputs?: readonly (readonly (number | null)[])[];
  readonly weightCount: number;
}

export interface LayerDefinition<Specs extends ParamSpecs = ParamSpecs> {
  /** Persisted; never renamed. camelCase. */
  readonly type: string;
  /** Keras's class name, shown to people. */
  readonly title: string;
  readonly category: LayerCategory;
  /** One sentence: what it does. */
  readonly summary: string;
  /** A few more sentences for the About tab and the layer's page: when to use it, what to watch for. */
  readonly about: string;
  /** What it computes, in plain text: `output = activation(input · kernel + bias)`. Shown on the layer's page. */
  readonly formula?: string;
  /** Paper and/or Keras documentation page. */
  readonly sources: readonly { readonly title: string; readonly url?: string }[];
  /** Further search words: "fully connected", "skip". */
  readonly keywords?: readonly string[];
  /** Number of wires taken in. `max: null` is any number. In order, by `slot`; see `inputPorts`. */
  readonly inputs: { readonly min: number; readonly max: number | null };
  /** 0 for Output, 1 for all that give something on; `outputPorts` tells of more than one. */
  readonly outputs: 0 | 1;
  /**
   * For layers whose inputs aren't alike: one name a slot ("query", "value", "key"), those that may stay unwired last.
   * Each port then takes one wire, and a wire's slot is its port. Absent: all wires go to one port, in order.
   */
  inputPorts?(params: Params<Specs>): readonly string[];
  /** For layers that give several tensors (an LSTM's states, the parts of a Split): one name each. Absent: one tensor. */
  outputPorts?(params: Params<Specs>): readonly string[];
  readonly params: Specs;
  /** Options to show under the title on the canvas, most telling first: "32 · 3×3 · same · relu". */
  caption(params: Params<Specs>): readonly string[];
  /**
   * What becomes of a mask (see `Shape.isMasked`): "passes" on, or "ends" here. Absent or null: tfjs throws for a masked input,
   * or Keras would do something else with it, so `defineLayer` refuses it.
   */
  masking?(params: Params<Specs>, inputs: readonly Shape[]): "passes" | "ends" | null;
  /** Shapes exclude the batch axis. Inputs have been counted and their shapes are known to be valid. */
  inferShape(params: Params<Specs>, inputs: readonly Shape[]): Result<Shape, ShapeIssue>;
  /** Shapes of the second and further outputs, as many as `outputPorts` names. Called only when `inferShape` was content. */
  inferMoreShapes?(
    params: Params<Specs>,
    inputs: readonly Shape[],
    output: Shape,
  ): readonly Shape[];
  /** In tfjs's order of `layer.weights` (trainable first, as `getWeights()` gives them). Called only when shapes fit. */
  weights(params: Params<Specs>, inputs: readonly Shape[]): readonly WeightSpec[];
  /** Multiply-adds per sample (bias and activation not counted); absent means none; null: a size is unknown. */
  multiplyAdds?(params: Params<Specs>, inputs: readonly Shape[], output: Shape): number | null;
  /** null for Input and Output, which are not calls. Use `lowerParams` unless the layer prints irregularly. */
  lower(params: Params<Specs>, inputs: readonly Shape[]): LayerCall | null;
  readonly examples: readonly LayerExample[];
}

/** What the registry holds: parameter types erased, because they are checked when a document is analysed. */
export type AnyLayerDefinition = LayerDefinition<ParamSpecs>;

/** Infers parameter types from `params`, so that a misspelt option does not compile; adds the rule for masks. */
export function defineLayer<const Specs extends ParamSpecs>(
  definition: LayerDefinition<Specs>,
): AnyLayerDefinition {
  const inferMore = definition.inferMoreShapes?.bind(definition);
  const checked: LayerDefinition<Specs> = {
    ...definition,
    inferShape(params, inputs) {
      const masked = inputs.findIndex(({ isMasked }) => isMasked);
      const output = definition.inferShape(params, inputs);
      if (!output.ok) return output;
      const shape = keepBatch(output.value, inputs);
      if (masked === -1) return ok(shape);
      const fate = definition.masking?.(params, inputs) ?? null;
      if (fate === null) return err(describeMask(masked));
      return ok(fate === "ends" ? shape : { ...shape, isMasked: true });
    },
    lower(params, inputs) {
      const call = definition.lower(params, inputs);
      return call === null ? null : regularizeActivity(call);
    },
    ...(inferMore === undefined
      ? {}
      : {
          inferMoreShapes: (params, inputs, output) =>
            inferMore(params, inputs, output).map((shape) => keepBatch(shape, inputs)),
        }),
  };
  // Sound because `readParams` checks every value against the same specs before a definition sees it.
  return checked as unknown as AnyLayerDefinition;
}

function keepBatch(shape: Shape, inputs: readonly Shape[]): Shape {
  const batch = inputs.find((input) => input.batch !== undefined)?.batch;
  return batch === undefined ? shape : { ...shape, batch };
}

function describeMask(input: number): ShapeIssue {
  return {
    code: "axis",
    needs:
      "a sequence without masked steps (switch off mask zero in the Embedding, or put a recurrent layer without return sequences in between)",
    input,
  };
}

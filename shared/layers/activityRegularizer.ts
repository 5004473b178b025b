/**
 * Keras's `activity_regularizer` in tfjs, whose layers take the option and then throw as soon as they are applied
 * ("Layer invocation in the presence of activity regularizer(s) is not supported yet", engine/topology.js).
 */
import type { CallOption, LayerCall } from "./defineLayer.ts";
import type { RegularizerParam } from "./params.ts";

const tfjsName = "activityRegularizer";
const pythonName = "activity_regularizer";

export const activityRegularizerParam: RegularizerParam = {
  kind: "regularizer",
  group: "regularisation",
  default: null,
  label: "Activity regularizer",
  help: "Adds the size of what the layer gives, per sample, to the loss. L1 leaves few outputs above 0, as in a sparse autoencoder.",
};

/** The same call where none is set; else `engine/layers/activityRegularized.ts` around the layer, and Keras as ever. */
export function regularizeActivity(call: LayerCall): LayerCall {
  const found = call.options.find((option) => option.pythonName === pythonName);
  if (found === undefined || found.value === null) return call;
  // Keras's is that of the projections inside, so our class does it itself.
  if (call.tfjsFactory === "multiHeadAttention") return call;
  const { tfjsInputCalls, pythonArguments: _arguments, ...inner } = call;
  const options = call.options.filter((option) => option.pythonName !== pythonName);
  return {
    ...call,
    tfjsFactory: "activityRegularized",
    tfjsSource: "own",
    ...(tfjsInputCalls === undefined ? {} : { tfjsInputCalls }),
    options: [
      {
        tfjsName: "layer",
        pythonName: null,
        value: { kind: "layer", call: { ...inner, options } },
      },
      { tfjsName, pythonName: null, value: found.value },
      ...call.options.map((option): CallOption => ({ ...option, tfjsName: null })),
    ],
  };
}

/** Recurrent layers as calls: tfjs's own class where it does what Keras does, else `CellRnn` around a cell. */
import type { LayerCall } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { ParamSpecs } from "../params.ts";
import type { Shape } from "../shape.ts";
import { loopParams } from "./recurrent.ts";

interface LoopRequest {
  /** Keras's class; its cell's is `${className}Cell`. */
  readonly className: "SimpleRNN" | "LSTM" | "GRU";
  readonly tfjsFactory: string;
  /** tfjs's function for the cell, or the file of our own one. */
  readonly cellFactory: string;
  readonly isOwnCell: boolean;
  readonly specs: ParamSpecs;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Shape[];
}

/**
 * tfjs's LSTM hands first states that it is given on to every recurrent layer run after it (its `apply` writes them
 * into the arguments that all layers share), so layers with first states are ours too.
 */
export function lowerLoop(request: LoopRequest): LayerCall {
  const { className, tfjsFactory, cellFactory, isOwnCell, specs, params, inputs } = request;
  const call = lowerParams({ className, tfjsFactory, specs, params });
  const pythonArguments =
    inputs.length > 1
      ? { pythonArguments: inputs.map((_input, at) => (at === 0 ? null : "initial_state")) }
      : {};
  if (!isOwnCell && inputs.length === 1) return call;
  const isLoop = (name: string | null) => name !== null && Object.hasOwn(loopParams, name);
  const cell: LayerCall = {
    className: `${className}Cell`,
    tfjsFactory: cellFactory,
    ...(isOwnCell ? { tfjsSource: "own" } : {}),
    options: call.options.filter(
      ({ tfjsName }) => tfjsName !== null && (!isLoop(tfjsName) || tfjsName === "trainable"),
    ),
  };
  return {
    ...call,
    ...pythonArguments,
    tfjsFactory: "cellRnn",
    tfjsSource: "own",
    options: [
      { tfjsName: "cell", pythonName: null, value: { kind: "layer", call: cell } },
      ...call.options.map((option) =>
        isLoop(option.tfjsName) ? option : { ...option, tfjsName: null },
      ),
    ],
  };
}

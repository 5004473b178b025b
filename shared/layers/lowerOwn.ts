import type { CallOption, CallValue, LayerCall } from "./defineLayer.ts";
import { lowerParams, type LowerRequest } from "./lowerParams.ts";

interface OwnRequest extends LowerRequest {
  /** What only our own class takes, because it does the work of several of Keras's: the number of axes, the mode. */
  readonly tfjsOptions?: Readonly<Record<string, CallValue>>;
}

/**
 * The call of a layer that Keras has and tfjs lacks, or lacks an option of. Our own classes know every option, by
 * Keras's name in camelCase, and Keras's default.
 */
export function lowerOwn({ tfjsOptions = {}, ...request }: OwnRequest): LayerCall {
  const call = lowerParams(request);
  const only = Object.entries(tfjsOptions).map(([tfjsName, value]): CallOption => ({
    tfjsName,
    pythonName: null,
    value,
  }));
  const options = call.options.map(({ tfjsDefault: _stock, ...option }): CallOption => ({
    ...option,
    tfjsName: option.tfjsName ?? (option.pythonName === null ? null : camelCase(option.pythonName)),
    ...(option.pythonDefault === undefined ? {} : { tfjsDefault: option.pythonDefault }),
  }));
  return { ...call, options: [...only, ...options], tfjsSource: "own" };
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

import type { EnumParam } from "../params.ts";

const interpolations = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] as const;
type Interpolation = (typeof interpolations)[number];

/** How pixels between pixels are found. Keras 3 means half-pixel centres by all of them. */
export function interpolationParam(initial: Interpolation) {
  return {
    kind: "enum",
    options: interpolations,
    default: initial,
    label: "Interpolation",
    help: "Nearest repeats values. Bilinear blends neighbours; bicubic and Lanczos take more of them and give sharper images.",
  } as const satisfies EnumParam;
}

/** What the programs of a recurrent sequence are written for. */

/** GRU with the reset gate before the product with the recurrent kernel, or after it (`resetAfter`). */
export type RnnKind = "simple" | "lstm" | "gruBefore" | "gruAfter";

export interface RnnOptions {
  readonly kind: RnnKind;
  readonly units: number;
  /** Of what the cell gives, and of its gates. tfjs's class names. */
  readonly activation: string;
  readonly recurrentActivation: string;
  readonly goBackwards: boolean;
  /** Outputs are returned from the last step to the first, as Bidirectional wants those of its second layer. */
  readonly isTurned: boolean;
  readonly returnSequences: boolean;
  readonly zeroOutputForMask: boolean;
}

/** Which further tensors a program has. */
export interface RnnParts {
  /** Of gruAfter: both of its biases. Other cells have theirs in the inputs. */
  readonly bias: boolean;
  /** What a mask's tensor holds. */
  readonly mask: "f32" | "i32" | null;
  readonly dropout: boolean;
  readonly initial: boolean;
  /** Last states beside the output: h where it is not the output itself, c for an LSTM. */
  readonly finalState: boolean;
  readonly finalCell: boolean;
}

/** How invocations share the work; fixed by shape and adapter, never by timing. */
export interface RnnTiling {
  /** Numbers per value: 4 where units can be taken four at a time. */
  readonly lanes: 1 | 4;
  readonly threads: number;
  /** Per workgroup. */
  readonly samples: number;
  /** False where a state does not fit into workgroup memory: it goes through buffers then. */
  readonly isShared: boolean;
}

/** How many buffers the forward and the backward program bind at most. */
export function countBuffers(kind: RnnKind, parts: RnnParts): number {
  const count = (...flags: boolean[]) => flags.filter(Boolean).length;
  const isLstm = kind === "lstm";
  const shared = count(parts.mask !== null, parts.dropout, parts.finalState, parts.finalCell);
  const initial = parts.initial ? (isLstm ? 2 : 1) : 0;
  const forward = 5 + shared + initial + count(parts.bias, kind === "gruBefore");
  const backward = 4 + shared + initial + count(kind === "gruBefore", kind === "gruAfter");
  return Math.max(forward, backward);
}

/** Matrices side by side in a kernel. */
export const gateCounts = { simple: 1, lstm: 4, gruBefore: 3, gruAfter: 3 } as const;

/** Values kept per step and unit for the gradient; see `rnnCells.ts` for their order. */
export function countKept(kind: RnnKind): number {
  return { simple: 1, lstm: 5, gruBefore: 3, gruAfter: 5 }[kind];
}

/**
 * One invocation owns some units of every sample of its workgroup and reads the whole state, so there is one barrier a
 * step. An emulated adapter runs four invocations as one and pays for each switch at a barrier: small workgroups, units by
 * fours, several samples to use a weight for.
 */
export function chooseRnnTiling(
  { kind, units }: Pick<RnnOptions, "kind" | "units">,
  batch: number,
  device: {
    readonly isSoftware: boolean;
    readonly sharedBytes: number;
    readonly mostThreads: number;
  },
): RnnTiling {
  const lanes = device.isSoftware && units % 16 === 0 ? 4 : 1;
  const few = Math.min(16, Math.ceil(units / lanes / 4) * 4);
  const many = Math.min(1024, device.mostThreads, Math.ceil(units / 32) * 32);
  const threads = device.isSoftware ? few : many;
  const wanted = !device.isSoftware || batch < 8 ? 1 : batch < 16 ? 2 : 4;
  for (let samples = wanted; samples >= 1; samples /= 2)
    if (countSharedBytes(kind, units, samples) <= device.sharedBytes)
      return { lanes, threads, samples, isShared: true };
  return { lanes, threads, samples: 1, isShared: false };
}

/** The larger one of both directions: the state twice (and the reset state), or the gradients of all gates. */
function countSharedBytes(kind: RnnKind, units: number, samples: number): number {
  return 4 * samples * units * Math.max(3, gateCounts[kind]);
}

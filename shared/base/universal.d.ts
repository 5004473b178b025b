// The few globals that Node, browsers and workers all have, declared by hand because `shared` is compiled
// without the DOM and Node libraries. Add one only if every runtime we support really has it.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array | ArrayBuffer, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
declare function structuredClone<T>(value: T): T;
declare function setTimeout(callback: () => void, delayMs?: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare const performance: { now(): number };
interface AbortSignal {
  readonly aborted: boolean;
}

export interface WeightShard {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The converter's shard size; browsers cache pieces of 4 MiB well. */
const shardBytes = 4 * 1024 * 1024;

/** Weights one behind the other, cut into files, as tfjs's layers format has them. */
export function makeWeightShards(weights: readonly Float32Array[]): readonly WeightShard[] {
  const joined = new Uint8Array(weights.reduce((total, { byteLength }) => total + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of weights) {
    joined.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  const count = Math.max(1, Math.ceil(joined.byteLength / shardBytes));
  return Array.from({ length: count }, (_, index) => ({
    name: `group1-shard${index + 1}of${count}.bin`,
    bytes: joined.slice(index * shardBytes, (index + 1) * shardBytes),
  }));
}

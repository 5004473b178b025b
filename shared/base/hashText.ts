/** 64 bits of a text as 16 hex digits: two passes of FNV-1a with murmur3's finish. To notice differences, not attacks. */
export function hashText(text: string): string {
  return [0x811c9dc5, 0x1b873593].map((start) => toHex(hashFrom(start, text))).join("");
}

function hashFrom(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function toHex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

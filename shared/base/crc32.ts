/** CRC-32 (ISO-HDLC, as in zip and PNG; Sarwate 1988), eight bytes at a time (slicing-by-8, Intel 2006). */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  let index = 0;
  const whole = bytes.length - (bytes.length % 8);
  for (; index < whole; index += 8) {
    crc ^= word(bytes, index);
    const next = word(bytes, index + 4);
    crc =
      look(7, crc) ^
      look(6, crc >>> 8) ^
      look(5, crc >>> 16) ^
      look(4, crc >>> 24) ^
      look(3, next) ^
      look(2, next >>> 8) ^
      look(1, next >>> 16) ^
      look(0, next >>> 24);
  }
  for (; index < bytes.length; index++) crc = (crc >>> 8) ^ look(0, crc ^ (bytes[index] ?? 0));
  return ~crc >>> 0;
}

/** Row `slice` holds what a byte does to the sum when `slice` more bytes follow it. */
const table = makeTable();

function look(slice: number, byte: number): number {
  return table[256 * slice + (byte & 255)] ?? 0;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

function makeTable(): Int32Array {
  const rows = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    rows[byte] = value;
  }
  for (let at = 256; at < rows.length; at++) {
    const before = rows[at - 256] ?? 0;
    rows[at] = (before >>> 8) ^ (rows[before & 255] ?? 0);
  }
  return rows;
}

/**
 * Cyclic redundancy checks, reflected, 32 bits, a table of 256 and a byte at a time.
 *
 * Our own, since the code that writes metadata runs under the explorer as well, which needs plain
 * JavaScript; and since a block of 512 bytes is checked when a sector is remapped, not when one is
 * read or written.
 */
export type CrcTable = Int32Array;

/** CRC-32C (Castagnoli), as in iSCSI: RFC 3720, B.4. */
export const CRC32C: CrcTable = tableOf(0x82f63b78);
/** CRC-32 of IEEE 802.3. */
export const CRC32: CrcTable = tableOf(0xedb88320);

/** The check of bytes [from, to), a signed 32-bit number. */
export function crcOf(table: CrcTable, bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = -1;
  for (let index = from; index < to; index++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] as number)) & 255] as number);
  }
  return ~crc;
}

function tableOf(polynomial: number): CrcTable {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
}

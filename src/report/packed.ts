/**
 * Long lists of small numbers as text: little-endian, deflated, base64. What a JSON document holds
 * where a list of numbers would make it too large to keep.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export function packBytes(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString('base64');
}

/**
 * @param length how many there must be
 * @throws Error when the text is damaged or holds another number of them
 */
export function unpackBytes(packed: string, length: number): Uint8Array {
  // One more than there may be: what is longer is refused, not inflated to its end.
  const bytes = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: length + 1 });
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes where ${length} should be`);
  return new Uint8Array(bytes);
}

/** Whole numbers below 2^32. */
export function packCounts(counts: ArrayLike<number>): string {
  const bytes = new DataView(new ArrayBuffer(4 * counts.length));
  for (let index = 0; index < counts.length; index++) {
    bytes.setUint32(4 * index, counts[index] as number, true);
  }
  return packBytes(new Uint8Array(bytes.buffer));
}

/** @throws Error as unpackBytes() does */
export function unpackCounts(packed: string, length: number): Float64Array {
  const bytes = unpackBytes(packed, 4 * length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length }, (_, index) => view.getUint32(4 * index, true));
}

import { expect, test } from 'vitest';
import { CRC32, CRC32C, crcOf } from '../../../src/metadata/crc.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

// The check values of the catalogue of parametrised CRC algorithms, and RFC 3720, B.4.
test.each([
  [CRC32, ascii('123456789'), 0xcbf43926],
  [CRC32C, ascii('123456789'), 0xe3069283],
  [CRC32C, new Uint8Array(32), 0x8a9136aa],
  [CRC32C, new Uint8Array(32).fill(0xff), 0x62a8ab43],
  [CRC32C, Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  [CRC32C, Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
])('published check value %#', (table, bytes, expected) => {
  expect(crcOf(table, bytes) >>> 0).toBe(expected);
});

test('of a part is that of the part alone', () => {
  expect(crcOf(CRC32C, ascii('..123456789.'), 2, 11) >>> 0).toBe(0xe3069283);
});

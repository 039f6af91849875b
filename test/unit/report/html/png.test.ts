import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pngUri } from '../../../../src/report/html/png.ts';

test('a picture holds its cells, its palette, and a sum for each part', () => {
  const cells = Uint8Array.of(0, 1, 2, 2, 1, 0);
  const uri = pngUri(cells, 3, 2, [null, '#102030', '#ffffff']);
  const png = Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64');
  expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const typed = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(typed));
    chunks.set(typed.toString('latin1', 0, 4), typed.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
  expect(chunks.get('IHDR')).toEqual(Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0]));
  expect(chunks.get('PLTE')).toEqual(Buffer.from([0, 0, 0, 16, 32, 48, 255, 255, 255]));
  expect(chunks.get('tRNS')).toEqual(Buffer.from([0, 255, 255]));
  expect(inflateSync(chunks.get('IDAT') as Buffer)).toEqual(Buffer.from([0, 0, 1, 2, 0, 2, 1, 0]));
});

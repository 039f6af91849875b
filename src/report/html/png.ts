/**
 * Pictures of cells as PNG, with a palette: for a heat map or a map of spares a thousandth of what
 * the same cells take as rectangles. W3C, Portable Network Graphics, second edition; a chunk is
 * length, type, data, CRC.
 */
import { crc32, deflateSync } from 'node:zlib';
import { rgbOf } from './palette.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * A data URI of a picture of one pixel a cell.
 *
 * @param cells row by row from the top left, each an index into the palette
 * @param palette `#rrggbb`, or null for nothing at all; 256 at most
 */
export function pngUri(
  cells: Uint8Array,
  width: number,
  height: number,
  palette: readonly (string | null)[],
): string {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  // Colour type: palette. Compression, filter and interlace are 0.
  header.setUint8(9, 3);
  const rows = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    // Each row begins with its filter: none, which suits a picture of few colours.
    rows.set(cells.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const colours = palette.flatMap((colour) => rgbOf(colour ?? '#000000'));
  const png = Buffer.concat([
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('PLTE', Uint8Array.from(colours)),
    chunk(
      'tRNS',
      Uint8Array.from(palette, (colour) => (colour === null ? 0 : 255)),
    ),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

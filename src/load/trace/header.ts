import { isBlank } from './fields.ts';
import type { Line } from './lines.ts';
import { quote } from './problems.ts';
import type { TraceFormat } from './trace.ts';

const HEADERS: readonly (readonly [Buffer, TraceFormat])[] = [
  [Buffer.from('fio version 2 iolog'), 'fio-iolog-v2'],
  [Buffer.from('fio version 3 iolog'), 'fio-iolog-v3'],
];

/** First bytes of files that are often mistaken for a text trace. */
const BINARIES: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0x07, 0x74, 0x61, 0x65]), 'a binary blktrace dump'],
  [Buffer.from([0x1f, 0x8b]), 'compressed with gzip'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'compressed with zstd'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), 'compressed with xz'],
];

/** The format that a first line announces, or null. */
export function formatOf({ bytes, start, end }: Line): TraceFormat | null {
  let last = end;
  while (last > start && isBlank(bytes[last - 1] as number)) last--;
  const found = HEADERS.find(([header]) => bytes.subarray(start, last).equals(header));
  return found === undefined ? null : found[1];
}

/** What a first line is instead of a header, and what to do about it. */
export function whyNoHeader(line: Line): { readonly message: string; readonly hint: string } {
  const { bytes, start, end } = line;
  const first = bytes.subarray(start, end);
  const found = quote(bytes, { start, end: Math.min(end, start + 200) });
  const text = first.toString('latin1', 0, 200);
  const hint = 'a trace begins with the line "fio version 2 iolog" or "fio version 3 iolog"';

  const binary = BINARIES.find(([magic]) => first.subarray(0, magic.length).equals(magic));
  if (binary !== undefined) return { message: `not a text trace: the file is ${binary[1]}`, hint };
  const version = /^fio version (\d{1,9})\b/.exec(text)?.[1];
  if (version === '1' || /^\s*\d+\s*,\s*\d+\s*,\s*\d+/.test(text)) {
    const message = 'fio iolog version 1 is not read: it names neither device nor time';
    return { message, hint: 'record again with write_iolog of fio 2.0 or later' };
  }
  if (version !== undefined && version !== '2' && version !== '3') {
    return { message: `fio iolog version ${version} is not known; versions 2 and 3 are`, hint };
  }
  if (first.some((byte) => byte < 0x20 && !isBlank(byte))) {
    return { message: `not a text trace: the file is binary and begins with ${found}`, hint };
  }
  return { message: `the file does not begin as a fio iolog does, but with ${found}`, hint };
}

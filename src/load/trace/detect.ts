import type { TraceFormat, TracePlan } from '../../scenario/plan.ts';
import { looksLikeBlkparse } from './blkparse-parser.ts';
import { isBlank } from './fields.ts';
import type { Line } from './lines.ts';
import { looksLikeMsr } from './msr-parser.ts';
import { quote } from './problems.ts';

const HEADERS: readonly (readonly [Buffer, TraceFormat])[] = [
  [Buffer.from('fio version 2 iolog'), 'fio-iolog-v2'],
  [Buffer.from('fio version 3 iolog'), 'fio-iolog-v3'],
];

/** First bytes of files that are often mistaken for a text trace. */
const BINARIES: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0x07, 0x74, 0x61, 0x65]), 'a binary blktrace dump; blkparse makes text of it'],
  [Buffer.from([0x65, 0x61, 0x74, 0x07]), 'a binary blktrace dump; blkparse makes text of it'],
  [Buffer.from([0x1f, 0x8b]), 'compressed with gzip'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'compressed with zstd'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), 'compressed with xz'],
  [Buffer.from('BZh'), 'compressed with bzip2'],
  [Buffer.from('PK\u0003\u0004'), 'a ZIP archive'],
  [Buffer.from([0xff, 0xfe]), 'in UTF-16'],
  [Buffer.from([0xfe, 0xff]), 'in UTF-16'],
];

/** The format that a first line shows, or null. Columns that were named make any text a CSV. */
export function formatOf(line: Line, { format, columns }: TraceSource): TraceFormat | null {
  const { bytes, start, end } = line;
  let last = end;
  while (last > start && isBlank(bytes[last - 1] as number)) last--;
  const header = HEADERS.find(([text]) => bytes.subarray(start, last).equals(text));
  if (header !== undefined) return header[1];
  if (BINARIES.some(([magic]) => startsWith(line, magic))) return null;
  if (looksLikeBlkparse(line)) return 'blkparse';
  if (columns !== null && (format === 'auto' || format === 'csv')) return 'csv';
  return looksLikeMsr(line) ? 'msr' : null;
}

export type TraceSource = Pick<TracePlan, 'file' | 'format' | 'columns' | 'device'>;

/** What a first line is instead, and what to do about it. */
export function whyNoFormat(line: Line): { readonly message: string; readonly hint: string } {
  const { bytes, start, end } = line;
  const first = bytes.subarray(start, end);
  const found = quote(bytes, { start, end: Math.min(end, start + 200) });
  const text = first.toString('latin1', 0, 200);
  const hint =
    'read are fio iolog 2 and 3, the text of blkparse, MSR-Cambridge CSV, and any CSV whose columns are named';

  const binary = BINARIES.find(([magic]) => startsWith(line, magic));
  if (binary !== undefined) return { message: `not a text trace: the file is ${binary[1]}`, hint };
  const version = /^fio version (\d{1,9})\b/.exec(text)?.[1];
  if (version === '1' || /^\s*\d+\s*,\s*\d+\s*,\s*\d+\s*$/.test(text)) {
    const message = 'fio iolog version 1 is not read: it names neither device nor time';
    return { message, hint: 'record again with write_iolog of fio 2.0 or later' };
  }
  if (version !== undefined && version !== '2' && version !== '3') {
    return { message: `fio iolog version ${version} is not known; versions 2 and 3 are`, hint };
  }
  if (first.some((byte) => byte < 0x20 && !isBlank(byte))) {
    return { message: `not a text trace: the file is binary and begins with ${found}`, hint };
  }
  if (/^[^,]+(,[^,]*){2,}/.test(text)) {
    const message = `columns without a meaning: ${found}`;
    return {
      message,
      hint: 'say which column is which: columns: { time, operation, offset, length }',
    };
  }
  return { message: `the file does not begin as a known trace does, but with ${found}`, hint };
}

function startsWith({ bytes, start, end }: Line, magic: Buffer): boolean {
  return end - start >= magic.length && bytes.subarray(start, start + magic.length).equals(magic);
}

import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { ScenarioError } from '../../src/errors.ts';
import { FOLD_KINDS } from '../../src/scenario/plan.ts';
import { COLUMNS, readText, traceFolder } from '../support/traces.ts';

/**
 * Goal: whatever the bytes, a trace is read or refused, with places that exist.
 *
 * Method: lines of every format, with pieces cut out or put in, and plain
 * bytes. Whatever is read must be sound: requests on the device, times in order, counts that agree.
 *
 * Not covered: what the operating system may do to a file while it is read.
 */
const SEED = 20_261_131;
const SECTORS = 4096;
const folder = traceFolder();

const FILES = [
  'fio version 3 iolog\n0 d add\n0 d open\n5 d read 0 512\n9 d write 512 1024\n9 d sync 0 0\n',
  'fio version 2 iolog\nd add\nd open\nd wait 5 0\nd trim 4096 4096\nd datasync 0 0\nd close\n',
  '  8,0 1 1 0.000000000 1 Q WS 16 + 8 [a]\n  8,0 1 2 0.000001000 1 D WS 16 + 8 [a]\n' +
    '  8,0 1 3 0.5 1 D FF [k]\n  8,0 1 4 0.7 1 D R 99 + 2 [b]\nCPU0 (8,0):\n Reads 1\n',
  '128166372003061629,usr,0,Read,7014609920,24576,41286\n' +
    '128166372016382155,usr,0,Write,1317441536,8192,1963\n',
  'op,time,offset,length\nR,10,4096,512\nF,11,,\nw,12.5,8192,1024\n',
];

const nasty = oneof(
  constantFrom(
    ...['-1', '9007199254740993', '99999999999999999999999', '1e9', '0x10', 'NaN', '', ' ', ','],
    ...['\n', '\r\n', '\0', '\ufeff', '\u001b[2J', '../../etc', '"', '+', '7,7', '\u2028', '.'],
  ),
  string({ maxLength: 8 }),
  integer().map(String),
);

/** A file that somebody, or something, has been at. */
const damaged: Arbitrary<string> = tuple(
  constantFrom(...FILES),
  array(tuple(integer({ min: 0, max: 400 }), integer({ min: 0, max: 30 }), nasty), {
    maxLength: 4,
  }),
).map(([file, edits]) => {
  let text = file;
  for (const [at, cut, put] of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + put + text.slice(place + cut);
  }
  return text;
});

const anything: Arbitrary<Buffer> = oneof(
  { weight: 5, arbitrary: damaged.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);

test(`any bytes are a trace or problems with places, never an exception (seed ${SEED})`, () => {
  const lines = (bytes: Buffer) => bytes.toString('latin1').split('\n').length;
  assert(
    property(
      anything,
      constantFrom(null, COLUMNS),
      constantFrom(...FOLD_KINDS),
      (bytes, columns, fold) => {
        let trace: ReturnType<typeof readText>;
        try {
          const target = { deviceSectorCount: SECTORS, threadCount: 3 };
          trace = readText(folder, bytes, { columns, fold }, target);
        } catch (error) {
          expect(error).toBeInstanceOf(ScenarioError);
          const { problems } = error as ScenarioError;
          expect(problems.length).toBeGreaterThan(0);
          for (const { message, position } of problems) {
            expect(message).not.toBe('');
            expect(message).toMatch(/^[^\p{Cc}]*$/u);
            if (position === null) continue;
            expect(position.line).toBeGreaterThan(0);
            expect(position.line).toBeLessThanOrEqual(lines(bytes));
            expect(position.column).toBeGreaterThan(0);
          }
          return;
        }
        const dealt = trace.perThread.flat();
        expect(dealt).toHaveLength(trace.recordCount);
        expect(trace.perThread.map(({ length }) => length)).toEqual(trace.sharing.recordCounts);
        for (const [ns, operation, lba, sectors] of dealt) {
          expect(Number.isSafeInteger(ns) && ns >= 0).toBe(true);
          expect(lba >= 0 && lba + sectors <= SECTORS).toBe(true);
          expect(sectors === 0).toBe(operation === 'sync');
          if (operation === 'write') expect(lba % trace.writeAlignment).toBe(0);
        }
      },
    ),
    { seed: SEED, numRuns: 600 },
  );
});

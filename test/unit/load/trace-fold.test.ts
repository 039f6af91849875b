import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockTable } from '../../../src/load/trace/block-table.ts';
import { compactFold, Fold, moduloFold, scaleFold } from '../../../src/load/trace/fold.ts';
import { READ, TRIM, WRITE } from '../../../src/load/trace/trace.ts';
import { problemsOf, readText, recordsOf, traceFolder } from '../../support/traces.ts';

const SEED = 20_261_128;
const folder = traceFolder();

const requests = array(
  record({
    kind: constantFrom(READ, WRITE, TRIM),
    // Clusters far apart, as on a real disk.
    lba: integer({ min: 0, max: 6 }).chain((cluster) =>
      integer({ min: 0, max: 300 }).map((at) => cluster * 2 ** 33 + at),
    ),
    sectorCount: integer({ min: 1, max: 70 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Places of all requests once compacted. */
function compacted(chosen: readonly { kind: number; lba: number; sectorCount: number }[]) {
  const blocks = new BlockTable();
  for (const { kind, lba, sectorCount } of chosen) {
    if (kind !== TRIM) blocks.touch(lba, sectorCount, false);
  }
  const map = compactFold(blocks.blocks(), blocks.shift, true);
  const fold = new Fold(map);
  const placed = chosen.map((one) => {
    fold.place({ ...one, arrivalNs: 0 });
    return { lba: fold.lba, end: fold.lba + fold.sectorCount, sectorCount: fold.sectorCount };
  });
  return { map, placed };
}

function overlap(a: { lba: number; end: number }, b: { lba: number; end: number }): boolean {
  return a.lba < b.end && b.lba < a.end;
}

describe('compact', () => {
  test(`what overlapped overlaps, what did not does not, and all fits (seed ${SEED})`, () => {
    assert(
      property(requests, (chosen) => {
        const { map, placed } = compacted(chosen);
        const before = chosen.map(({ lba, sectorCount }) => ({ lba, end: lba + sectorCount }));
        for (const [i, one] of chosen.entries()) {
          const place = placed[i] as (typeof placed)[number];
          expect(place.end).toBeLessThanOrEqual(map.blockCount * 8);
          expect(place.sectorCount).toBeGreaterThan(0);
          if (one.kind === TRIM) continue;
          expect(place.sectorCount).toBe(one.sectorCount);
          expect(place.lba % 8).toBe(one.lba % 8);
          for (const [j, other] of chosen.entries()) {
            // What two trims do to each other is nobody's concern.
            if (j === i) continue;
            const was = overlap(before[i] as never, before[j] as never);
            expect(overlap(place, placed[j] as never), `${i} and ${j}`).toBe(was);
            if (other.kind !== TRIM && before[i]?.end === before[j]?.lba) {
              expect(placed[j]?.lba).toBe(place.end);
            }
          }
        }
      }),
      { seed: SEED },
    );
  });

  test('leaves a trace alone that fits as it is', () => {
    const text = 'fio version 2 iolog\nd add\nd open\nd write 2048000 512\n';
    expect(recordsOf(readText(folder, text))).toEqual(['0 write 4000+1']);
    const far = readText(folder, text, {}, { deviceSectorCount: 8 });
    expect(recordsOf(far)).toEqual(['0 write 0+1']);
  });

  test('that does not help either is a problem that says what would', () => {
    const lines = Array.from({ length: 9 }, (_, at) => `d write ${at * 1_048_576} 512`);
    const text = `fio version 2 iolog\nd add\nd open\n${lines.join('\n')}\n`;
    const [problem] = problemsOf(() => readText(folder, text, {}, { deviceSectorCount: 64 }));
    expect(problem?.message).toBe(
      'the trace touches 9 blocks of 8 sectors and needs 72 sectors, without the gaps between them; the device has 64',
    );
    expect(problem?.hint).toContain('"fold: modulo"');
    const folded = readText(folder, text, { fold: 'modulo' }, { deviceSectorCount: 64 });
    expect(recordsOf(folded)[8]).toBe('0 write 0+1');
  });
});

describe.each([
  ['modulo', () => moduloFold(1003)],
  ['scale', () => scaleFold(7 * 2 ** 33, 1003)],
] as const)('%s', (kind, mapOf) => {
  test(`every request lies on the device, and keeps its size (seed ${SEED})`, () => {
    assert(
      property(requests, (chosen) => {
        const fold = new Fold(mapOf());
        for (const one of chosen) {
          fold.place({ ...one, arrivalNs: 0 });
          expect(fold.sectorCount).toBe(one.sectorCount);
          expect(fold.lba).toBeGreaterThanOrEqual(0);
          // 1003 sectors are 125 whole pages and a rest that is not used.
          expect(fold.lba + fold.sectorCount).toBeLessThanOrEqual(1000);
          const fits = (one.lba % 1000) + one.sectorCount <= 1000;
          if (kind === 'modulo' && fits) expect(fold.lba).toBe(one.lba % 1000);
        }
      }),
      { seed: SEED },
    );
  });

  test('a trim larger than the device becomes one of all of it', () => {
    const fold = new Fold(mapOf());
    fold.place({ kind: TRIM, lba: 500, sectorCount: 5000, arrivalNs: 0 });
    expect([fold.lba, fold.sectorCount]).toEqual([0, 1000]);
  });
});

test('scale keeps the order of places, and pages whole', () => {
  const fold = new Fold(scaleFold(100_000, 1000));
  const placed = [0, 8, 800, 8000, 80_000, 99_992].map((lba) => {
    fold.place({ kind: READ, lba, sectorCount: 8, arrivalNs: 0 });
    return fold.lba;
  });
  expect(placed).toEqual([0, 0, 8, 80, 800, 992]);
});

import { expect, test } from 'vitest';
import { CorruptionDice } from '../../src/load/corruption-dice.ts';
import { DataProbe } from '../../src/load/data-probe.ts';
import { partOf, WORD_BYTES } from '../../src/memory/layout.ts';
import { ThreadTime } from '../../src/record/thread-time.ts';
import { Collector } from '../../src/run/collect.ts';
import { sweepData } from '../../src/run/data-sweep.ts';
import { prepareMemory } from '../../src/run/prepare.ts';
import { type CorruptionPlan, DATA_FAULTS, type DataFault } from '../../src/scenario/plan.ts';
import { deviceIn, planWith } from '../support/plans.ts';

/**
 * Goal: each corruption that a scenario can plant is reported under its own name, by the next read
 * of what was written and by the sweep after the load; and without one, nothing is.
 *
 * Method: writes and reads as a thread of load issues them, on the medium that a run would build.
 *
 * Not covered: several threads at once (see the integration tests).
 */
const OFTEN: CorruptionPlan = {
  name: '',
  enabled: true,
  kind: 'bit-flip',
  rate: 1,
  nth: 0,
  thread: 0,
};

function corrupted(entry: Partial<CorruptionPlan>, seed = 1) {
  const plan = planWith({
    seed,
    device: { sectorCount: 64, spare: { sectorCount: 16 } },
    load: { blockSizes: [{ sectorCount: 1, weight: 1 }] },
    faults: { thread: null, badSectors: [], corruption: [{ ...OFTEN, ...entry }] },
  });
  const memory = prepareMemory(plan);
  const { layout } = memory;
  const device = deviceIn(plan, memory);
  const probe = new DataProbe(plan, memory, 0, device);
  const dice = CorruptionDice.of(plan, memory, 0) as CorruptionDice;
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  const times = new Float64Array(ThreadTime.count);
  return {
    memory,
    write(lba: number): void {
      const source = probe.beforeWrite(lba, 1);
      dice.roll();
      device.write(0, lba, 1, source * WORD_BYTES);
      probe.afterWrite(lba, 1, true);
    },
    read(lba: number): void {
      probe.beforeRead(lba, 1);
      device.read(0, lba, 1, (staging + layout.stagingWords) * WORD_BYTES);
      probe.afterRead(lba, 1, times);
    },
    seen(): Partial<Record<DataFault, number>> {
      const counts = new Collector(plan, memory).data(null)?.faultCounts;
      const found = DATA_FAULTS.map((fault) => [fault, counts?.[fault] ?? 0] as const);
      return Object.fromEntries(found.filter(([, count]) => count > 0));
    },
    swept: () => Object.fromEntries(sweepData(plan, memory).counts),
    planted: () => new Collector(plan, memory).faults().plantedCounts,
  };
}

test.each(['lost-write', 'torn-write', 'foreign-data'] as const)(
  '%s: so says the next read, and so does the sweep',
  (kind) => {
    const { write, read, seen, swept, planted } = corrupted({ kind });
    write(10);
    read(10);
    expect(planted()[kind]).toBe(1);
    expect(seen()).toEqual({ [kind]: 1 });
    expect(swept()).toEqual({ [kind]: 1 });
  },
);

test('lost-write, torn-write, foreign-data: the same where something was written before', () => {
  for (const kind of ['lost-write', 'torn-write', 'foreign-data'] as const) {
    const { write, read, seen, swept } = corrupted({ kind, rate: null, nth: 2 });
    write(10);
    write(10);
    read(10);
    expect(seen()).toEqual({ [kind]: 1 });
    expect(swept()).toEqual({ [kind]: 1 });
  }
});

test('misdirected: where it went, a sector of another LBA; where it was meant to go, a lost write', () => {
  const { write, read, seen, swept } = corrupted({ kind: 'misdirected' });
  write(10);
  for (let lba = 0; lba < 64; lba++) read(lba);
  expect(seen()).toEqual({ misdirected: 1, 'lost-write': 1 });
  expect(swept()).toEqual({ misdirected: 1, 'lost-write': 1 });
});

test('bit-flip: the sweep finds each, a read those in the stamps', () => {
  const { write, read, seen, swept } = corrupted({ kind: 'bit-flip' });
  for (let lba = 0; lba < 64; lba++) write(lba);
  for (let lba = 0; lba < 64; lba++) read(lba);
  expect(swept()).toEqual({ 'bit-flip': 64 });
  const found = seen();
  // 12 of the 128 words of a sector are stamps.
  expect(found['bit-flip']).toBeGreaterThan(0);
  expect(Object.keys(found)).toEqual(['bit-flip']);
});

test('stale-read: the first read after the write finds what was there, the next one does not', () => {
  const { write, read, seen, swept, planted } = corrupted({ kind: 'stale-read' });
  write(10);
  expect(planted()['stale-read']).toBe(0);
  read(10);
  expect(planted()['stale-read']).toBe(1);
  expect(seen()).toEqual({ 'stale-read': 1 });
  read(10);
  expect(seen()).toEqual({ 'stale-read': 1 });
  expect(swept()).toEqual({});
});

test('nothing is planted by an entry that is off, nor by another write than the nth', () => {
  const off = corrupted({ kind: 'lost-write' });
  off.memory.words[off.memory.layout.faultSwitches] = 1;
  off.write(10);
  expect(off.swept()).toEqual({});
  const third = corrupted({ kind: 'lost-write', rate: null, nth: 3 });
  for (const lba of [10, 11, 12, 13]) third.write(lba);
  expect(third.planted()['lost-write']).toBe(1);
  expect(third.swept()).toEqual({ 'lost-write': 1 });
});

test('the nth write of another thread is not this one', () => {
  const { write, swept } = corrupted({ kind: 'lost-write', rate: null, nth: 1, thread: 1 });
  write(10);
  expect(swept()).toEqual({});
});

test('the same seed corrupts the same writes, another seed others', () => {
  const plantedAt = (seed: number) => {
    const { write, planted } = corrupted({ kind: 'lost-write', rate: 0.2 }, seed);
    return Array.from({ length: 64 }, (_, lba) => {
      write(lba);
      return planted()['lost-write'];
    });
  };
  expect(plantedAt(7)).toEqual(plantedAt(7));
  expect(plantedAt(7)).not.toEqual(plantedAt(8));
  expect(plantedAt(7).at(-1)).toBeGreaterThan(3);
  expect(plantedAt(7).at(-1)).toBeLessThan(30);
});

import { describe, expect, test } from 'vitest';
import { DataProbe } from '../../src/load/data-probe.ts';
import type { Memory } from '../../src/memory/attach.ts';
import { partOf, SECTOR_WORDS, WORD_BYTES } from '../../src/memory/layout.ts';
import { ThreadTime } from '../../src/record/thread-time.ts';
import { Collector } from '../../src/run/collect.ts';
import { sweepData } from '../../src/run/data-sweep.ts';
import { prepareMemory } from '../../src/run/prepare.ts';
import { DATA_FAULTS, type DataFault, type Plan } from '../../src/scenario/plan.ts';
import { deviceIn, planWith, sectorIn } from '../support/plans.ts';

/**
 * Goal: each of the six data faults, planted in a sector, is reported under its own name, by a read
 * while the load runs and by the sweep after it, on the main device and on a spare; and nothing is
 * reported without one.
 */
const plan = planWith({
  device: { sectorCount: 64, spare: { sectorCount: 16 } },
  load: { mix: { read: 1, write: 1, remap: 1, unremap: 0 } },
});

const HALF = SECTOR_WORDS / 2;

/** A device on which thread 0 writes and reads through its probe, as its load would. */
function probed(of: Plan = plan) {
  const memory = prepareMemory(of);
  const { layout } = memory;
  const device = deviceIn(of, memory);
  const probe = new DataProbe(of, memory, 0, device);
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  const readByte = (staging + layout.stagingWords) * WORD_BYTES;
  const times = new Float64Array(ThreadTime.count);
  times[ThreadTime.gate] = 1000;
  times[ThreadTime.completion] = 1234;
  return {
    memory,
    device,
    write(lba: number, sectorCount = 8): void {
      const source = probe.beforeWrite(lba, sectorCount);
      device.write(0, lba, sectorCount, source * WORD_BYTES);
      probe.afterWrite(lba, sectorCount, true);
    },
    read(lba: number, sectorCount = 8): void {
      probe.beforeRead(lba, sectorCount);
      device.read(0, lba, sectorCount, readByte);
      probe.afterRead(lba, sectorCount, times);
    },
    faults: (sweep = true) => countedIn(of, memory, sweep),
  };
}

/** Faults seen by reads, or by the sweep. */
function countedIn(of: Plan, memory: Memory, sweep: boolean): Partial<Record<DataFault, number>> {
  if (sweep) return Object.fromEntries(sweepData(of, memory).counts);
  const data = new Collector(of, memory).data(null);
  const seen = DATA_FAULTS.map((fault) => [fault, data?.faultCounts[fault] ?? 0] as const);
  return Object.fromEntries(seen.filter(([, count]) => count > 0));
}

/** What happens to LBA 10 after it was written twice; `before` is what the first write left. */
interface Plant {
  readonly planted: string;
  readonly fault: DataFault;
  readonly plant: (sector: Int32Array, before: Int32Array, other: Int32Array) => void;
}

const plants: readonly Plant[] = [
  {
    planted: 'one bit of its head flipped',
    fault: 'bit-flip',
    plant: (sector) => {
      sector[1] = (sector[1] as number) ^ 4;
    },
  },
  {
    planted: 'one bit of its tail flipped',
    fault: 'bit-flip',
    plant: (sector) => {
      sector[SECTOR_WORDS - 1] = (sector[SECTOR_WORDS - 1] as number) ^ (1 << 31);
    },
  },
  {
    planted: 'half of it as it was before the last write',
    fault: 'torn-write',
    plant: (sector, before) => sector.set(before.subarray(HALF), HALF),
  },
  {
    planted: 'the content of another sector',
    fault: 'misdirected',
    plant: (sector, _, other) => sector.set(other),
  },
  {
    planted: 'the content it had before the last write',
    fault: 'lost-write',
    plant: (sector, before) => sector.set(before),
  },
  {
    planted: 'nothing but zeros',
    fault: 'lost-write',
    plant: (sector) => sector.fill(0),
  },
  {
    planted: 'the content of a run with another seed',
    fault: 'foreign-data',
    plant: (sector) => {
      const stranger = probed({ ...plan, seed: 4711 });
      stranger.write(8);
      stranger.write(8);
      sector.set(sectorIn(stranger.memory, 'main', 10));
    },
  },
  {
    planted: 'a write that nobody has issued yet',
    fault: 'foreign-data',
    plant: (sector) => {
      const later = probed();
      for (let write = 0; write < 3; write++) later.write(8);
      sector.set(sectorIn(later.memory, 'main', 10));
    },
  },
];

describe.each([
  ['main device', null],
  ['spare', 5],
] as const)('on the %s', (_, spare) => {
  function written() {
    const all = probed();
    if (spare !== null) all.device.attach(10, spare);
    const sector = () =>
      spare === null ? sectorIn(all.memory, 'main', 10) : sectorIn(all.memory, 'spare', spare);
    all.write(8);
    const before = sector().slice();
    all.write(8);
    const other = sectorIn(all.memory, 'main', 11).slice();
    return { ...all, sector, before, other };
  }

  test('a sector as it was written raises nothing', () => {
    const { read, faults } = written();
    read(8);
    read(40);
    expect(faults(false)).toEqual({});
    expect(faults()).toEqual({});
  });

  test.each(plants)('$planted: $fault', ({ fault, plant }) => {
    const { read, faults, sector, before, other, memory } = written();
    plant(sector(), before, other);
    read(8);
    expect(faults(false)).toEqual({ [fault]: 1 });
    expect(faults()).toEqual({ [fault]: 1 });
    const finding = new Collector(plan, memory).data(null)?.findings[0];
    expect(finding).toMatchObject({ fault, lba: 10, spare, thread: 0, timeNs: 234 });
    expect(finding?.allowed).toEqual({ from: 2, to: 2 });
    expect(sweepData(plan, memory).findings).toMatchObject([
      { fault, lba: 10, spare, thread: null, timeNs: null },
    ]);
  });

  test('one bit of its body flipped is found by the sweep, which looks at every byte', () => {
    for (const word of [6, 63, 121]) {
      const { sector, faults } = written();
      sector()[word] = (sector()[word] as number) ^ 1;
      expect(faults()).toEqual({ 'bit-flip': 1 });
    }
  });
});

test('data in a sector that nobody has written is not ours', () => {
  const { memory, write, faults } = probed();
  write(8);
  sectorIn(memory, 'main', 40).set(sectorIn(memory, 'main', 10));
  sectorIn(memory, 'main', 41)[77] = 1;
  expect(faults()).toEqual({ misdirected: 1, 'bit-flip': 1 });
});

test('a finding names what the sector held', () => {
  const { memory, write, read } = probed();
  write(8);
  sectorIn(memory, 'main', 10).set(sectorIn(memory, 'main', 11));
  read(8);
  const found = { lba: 11, generation: 1, writer: 0 };
  expect(new Collector(plan, memory).data(null)?.findings[0]?.found).toEqual(found);
  expect(sweepData(plan, memory).findings[0]?.found).toEqual(found);
});

test('when the log of findings is full, faults are still counted', () => {
  const { memory, write, read, faults } = probed();
  write(8);
  for (const lba of [8, 9, 10, 11, 12, 13, 14, 15]) sectorIn(memory, 'main', lba)[1] = 99;
  for (let turn = 0; turn < 10; turn++) read(8);
  expect(faults(false)).toEqual({ 'bit-flip': 80 });
  expect(new Collector(plan, memory).data(null)?.findings).toHaveLength(32);
});

test('sampled integrity looks at one read in sixteen, the first among them', () => {
  const { memory, write, read, faults } = probed({ ...plan, integrity: 'sampled' });
  write(8);
  sectorIn(memory, 'main', 10)[1] = 99;
  for (let turn = 0; turn < 33; turn++) read(8);
  expect(faults(false)).toEqual({ 'bit-flip': 3 });
});

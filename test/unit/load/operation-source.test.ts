import { describe, expect, test } from 'vitest';
import {
  DRAWN_MOST,
  DrawnOperations,
  digestOf,
  EMPTY_DIGEST,
  operationSourceFor,
  SKIPPED,
} from '../../../src/load/operation-source.ts';
import { createMemory, type Memory } from '../../../src/memory/attach.ts';
import {
  CONTROL_COMMANDS,
  type ControlCommand,
  type MessageStep,
  type MixPlan,
  NO_MIX,
  OPERATIONS,
  type Plan,
} from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';
import { feedRows, type Row, tracePlanOf } from '../../support/traces.ts';

interface Drawn {
  readonly name: string;
  readonly lba: number;
  readonly sectorCount: number;
}

/** A mixed load looks at no memory. */
const NO_MEMORY = null as unknown as Memory;

function draw(
  plan: Plan,
  count: number,
  thread = 0,
  atOnce = DRAWN_MOST,
): { list: Drawn[]; digest: number } {
  const source = operationSourceFor(plan, NO_MEMORY, thread);
  expect(source.plansArrivals).toBe(false);
  const into = new DrawnOperations();
  const list: Drawn[] = [];
  let digest = EMPTY_DIGEST;
  while (list.length < count) {
    const wanted = Math.min(atOnce, count - list.length);
    expect(source.draw(into, wanted)).toBe(wanted);
    list.push(...columnsOf(into, wanted));
    digest = digestOf(digest, into, wanted);
  }
  return { list, digest };
}

function columnsOf(drawn: DrawnOperations, count: number): Drawn[] {
  return Array.from({ length: count }, (_, index) => ({
    name: OPERATIONS[drawn.operations[index] as number] as string,
    lba: drawn.lbas[index] as number,
    sectorCount: drawn.sectorCounts[index] as number,
  }));
}

function mixOf(read: number, write: number, remap: number, unremap: number): MixPlan {
  return { ...NO_MIX, read, write, remap, unremap };
}

function countsOf(values: readonly (string | number)[]): Map<string | number, number> {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Pearson's statistic of counts against weights. */
function chiSquare(counts: readonly number[], weights: readonly number[]): number {
  const count = counts.reduce((sum, value) => sum + value, 0);
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.reduce((sum, weight, index) => {
    const expected = (count * weight) / total;
    return sum + ((counts[index] as number) - expected) ** 2 / expected;
  }, 0);
}

describe('the list of operations', () => {
  const plan = planWith({ load: { threadCount: 4, mix: mixOf(60, 30, 9, 1) } });

  test('is the same for the same seed and thread, and so is its digest', () => {
    expect(draw(plan, 2000, 1)).toEqual(draw(plan, 2000, 1));
  });

  test.each([1, 7, 63])('does not depend on how many are drawn at once, as with %i', (atOnce) => {
    expect(draw(plan, 1000, 2, atOnce)).toEqual(draw(plan, 1000, 2));
  });

  test('differs from thread to thread and from seed to seed', () => {
    const digests = [0, 1, 2, 3].map((thread) => draw(plan, 500, thread).digest);
    digests.push(draw({ ...plan, seed: 43 }, 500).digest);
    expect(new Set(digests).size).toBe(5);
  });

  test('has a digest that tells lists apart which differ in their last operation only', () => {
    expect(draw(plan, 500).digest).not.toBe(draw(plan, 501).digest);
  });
});

describe('weights', () => {
  test('are respected', () => {
    const plan = planWith({
      device: { sectorCount: 2 ** 17 },
      load: { mix: mixOf(60, 30, 7, 3) },
    });
    const counts = countsOf(draw(plan, 100_000).list.map(({ name }) => name));
    const seen = ['read', 'write', 'remap', 'unremap'].map((name) => counts.get(name) ?? 0);
    // 16.3 is the 99.9th percentile of three degrees of freedom.
    expect(chiSquare(seen, [60, 30, 7, 3])).toBeLessThan(16.3);
  });

  test.each([
    ['read', mixOf(1, 0, 0, 0)],
    ['write', mixOf(0, 1e-6, 0, 0)],
    ['remap', mixOf(0, 0, 7, 0)],
  ])('%s alone draws nothing else', (name, mix) => {
    const { list } = draw(planWith({ load: { mix } }), 1000);
    expect([...countsOf(list.map((drawn) => drawn.name)).keys()]).toEqual([name]);
  });

  test.each([
    [mixOf(0.1, 0.2, 0, 0), ['read', 'write']],
    [mixOf(1 / 3, 0, 1 / 7, 0), ['read', 'remap']],
    [mixOf(0, 1 / 3, 1 / 7, 1 / 9), ['remap', 'unremap', 'write']],
  ])('of %j never draw what has none', (mix, names) => {
    const plan = planWith({ device: { sectorCount: 2 ** 17 }, load: { mix } });
    const { list } = draw(plan, 20_000);
    expect([...countsOf(list.map((drawn) => drawn.name)).keys()].sort()).toEqual(names);
  });

  test('of block sizes are respected, and one of weight 0 never occurs', () => {
    const sizes = [
      { sectorCount: 1, weight: 1 },
      { sectorCount: 8, weight: 5 },
      { sectorCount: 32, weight: 0 },
      { sectorCount: 64, weight: 4 },
      { sectorCount: 128, weight: 0 },
    ];
    const plan = planWith({ load: { mix: mixOf(1, 0, 0, 0), blockSizes: sizes } });
    const counts = countsOf(draw(plan, 50_000).list.map((drawn) => drawn.sectorCount));
    expect([...counts.keys()].map(Number).sort((a, b) => a - b)).toEqual([1, 8, 64]);
    const seen = [1, 8, 64].map((size) => counts.get(size) as number);
    // 13.8 is the 99.9th percentile of two degrees of freedom.
    expect(chiSquare(seen, [1, 5, 4])).toBeLessThan(13.8);
  });
});

describe('remaps', () => {
  test('walk through the thread its own LBAs, each once, and are skipped from there on', () => {
    const plan = planWith({
      device: { sectorCount: 100 },
      load: { threadCount: 3, mix: mixOf(0, 0, 1, 0) },
    });
    const ranges = [0, 1, 2].map((thread) =>
      draw(plan, 40, thread)
        .list.map(({ lba }) => lba)
        .filter((lba) => lba !== SKIPPED),
    );
    expect(ranges.map((range) => range.length)).toEqual([33, 33, 34]);
    expect(ranges.flat()).toEqual(Array.from({ length: 100 }, (_, lba) => lba));
    expect(draw(plan, 40).list.at(-1)).toEqual({ name: 'remap', lba: SKIPPED, sectorCount: 1 });
  });

  test('and unremaps: the k-th undoes the k-th, none comes too early, and LBAs are used again', () => {
    const plan = planWith({
      device: { sectorCount: 10 },
      load: { mix: mixOf(0, 0, 3, 2) },
    });
    const mapped = new Set<number>();
    const order: number[] = [];
    let skippedRemaps = 0;
    let skippedUnremaps = 0;
    for (const { name, lba } of draw(plan, 3000).list) {
      if (lba === SKIPPED) {
        expect(mapped.size).toBe(name === 'remap' ? 10 : 0);
        if (name === 'remap') skippedRemaps++;
        else skippedUnremaps++;
      } else if (name === 'remap') {
        expect(mapped.has(lba)).toBe(false);
        mapped.add(lba);
        order.push(lba);
      } else {
        expect(lba).toBe(order.shift());
        mapped.delete(lba);
      }
    }
    expect(skippedRemaps).toBeGreaterThan(0);
    expect(skippedUnremaps).toBeGreaterThan(0);
  });
});

test('reads and writes stay on the device, at whatever size', () => {
  const blockSizes = [1, 3, 8, 100].map((sectorCount) => ({ sectorCount, weight: 1 }));
  const plan = planWith({ device: { sectorCount: 101 }, load: { blockSizes } });
  for (const { name, lba, sectorCount } of draw(plan, 5000).list) {
    if (name !== 'read' && name !== 'write') continue;
    expect(lba).toBeGreaterThanOrEqual(0);
    expect(lba + sectorCount).toBeLessThanOrEqual(101);
  }
});

describe('a script of messages', () => {
  const messages = [
    { repeat: 1, steps: [event('ping', 0, 0, 1, 1), event('write error', 3, 4, 2, 0)] },
    { repeat: 2, steps: [event('remap', 7, 8, 1, 2), event('clear', 0, 0, 1, 1)] },
  ];
  const plan = planWith({ load: { threadCount: 2, messages, mix: { remap: 0 } } });
  const expected = [
    ...['ping 0', 'write error 3', 'write error 3', 'write error 4', 'write error 4'],
    ...['remap 7', 'remap 8', 'clear 0', 'remap 7', 'remap 8', 'clear 0'],
  ];

  test.each([1, 3, DRAWN_MOST])('is drawn in its order, %i at once, and then ends', (atOnce) => {
    const source = operationSourceFor(plan, NO_MEMORY, 0);
    const drawn = new DrawnOperations();
    const list: string[] = [];
    for (let count = source.draw(drawn, atOnce); count > 0; count = source.draw(drawn, atOnce)) {
      for (let index = 0; index < count; index++) {
        const command = CONTROL_COMMANDS[drawn.commands[index] as number] as string;
        list.push(`${command} ${drawn.lbas[index]}`);
        const operation = OPERATIONS[drawn.operations[index] as number];
        expect(operation).toBe(command === 'remap' ? 'remap' : 'message');
        expect(drawn.wordCounts[index]).toBe({ remap: 2, 'write error': 0 }[command] ?? 1);
      }
    }
    expect(list).toEqual(expected);
  });

  test('is for the first thread; the other reads and writes', () => {
    const { list } = draw(plan, 100, 1);
    expect(new Set(list.map(({ name }) => name))).toEqual(new Set(['read', 'write']));
  });

  function event(
    command: ControlCommand,
    firstLba: number,
    lastLba: number,
    times: number,
    wordCount: number,
  ): MessageStep {
    return { command, firstLba, lastLba, times, wordCount };
  }
});

describe('a trace', () => {
  function traceOf(recordCounts: number[], speed: number | null) {
    const operations = ['read', 'write', 'sync'] as const;
    return planWith({
      load: {
        threadCount: recordCounts.length,
        mix: mixOf(0, 0, 0, 0),
        trace: tracePlanOf('/x', { speed, operations, recordCounts, sectorCountMax: 8 }),
      },
    });
  }

  test('is given out record by record, to its own thread, and then ends', () => {
    const plan = traceOf([2, 0, 1], 1);
    const memory = createMemory(plan);
    const rows: Row[][] = [
      [
        [1500, 'write', 7, 8],
        [2500, 'sync', 0, 0],
      ],
      [],
      [[99, 'read', 512, 1]],
    ];
    feedRows(memory, rows);
    const seen = [0, 1, 2].map((thread) => {
      const source = operationSourceFor(plan, memory, thread);
      const into = new DrawnOperations();
      expect(source.plansArrivals).toBe(true);
      const count = source.draw(into, DRAWN_MOST);
      const drawn = columnsOf(into, count).map(({ name, lba, sectorCount }, index) => [
        into.arrivalsNs[index],
        name,
        lba,
        sectorCount,
      ]);
      expect(source.draw(into, DRAWN_MOST)).toBe(0);
      return drawn;
    });
    expect(seen).toEqual(rows);
  });

  test('as fast as possible has no arrivals', () => {
    const plan = traceOf([1], null);
    const memory = createMemory(plan);
    feedRows(memory, [[[5, 'read', 1, 1]]]);
    const source = operationSourceFor(plan, memory, 0);
    expect(source.draw(new DrawnOperations(), DRAWN_MOST)).toBe(1);
    expect(source.plansArrivals).toBe(false);
  });
});

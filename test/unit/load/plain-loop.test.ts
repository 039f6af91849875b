import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import type { RemappingDevice } from '../../../src/device/device.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { DrawnOperations, SKIPPED } from '../../../src/load/operation-source.ts';
import { PlainLoop } from '../../../src/load/plain-loop.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import { OperationCounter, ThreadFloat } from '../../../src/memory/layout.ts';
import type { Histogram } from '../../../src/record/histogram.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { ThreadTime as T } from '../../../src/record/thread-time.ts';
import { Collector } from '../../../src/run/collect.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import { OPERATIONS, type Plan } from '../../../src/scenario/plan.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/**
 * Goal: reads and writes that follow each other plainly leave the records that they would leave one
 * by one, and what is not plain ends the row.
 *
 * Method: whole loads both ways, since a pause of no length is a pause; and single rows over a
 * device that answers as the test says.
 */
const [READ, WRITE, REMAP] = ['read', 'write', 'remap'].map((name) =>
  OPERATIONS.indexOf(name as 'read'),
) as [number, number, number];

describe('a whole load', () => {
  /** What does not depend on how long anything took. */
  function countsOf(plan: Plan) {
    const memory = prepareMemory(plan);
    new ThreadLoop(plan, memory, 0).run(nowNs());
    const collector = new Collector(plan, memory);
    const [thread] = collector.threads();
    const operations = Object.entries(collector.operations()).map(
      ([name, { count, refusedCount, errorCount, bytes, service }]) => ({
        ...{ name, count, refusedCount, errorCount, bytes },
        timed: service.count,
      }),
    );
    const sum = operations.reduce((total, { count }) => total + count, 0);
    const digest = new ThreadCounters(memory, 0).get(ThreadFloat.digest);
    return { operations, sum, performed: thread?.operationCount, digest };
  }

  const spare = { sectorCount: 128, placement: 'none' } as const;
  test.each<[string, Parameters<typeof planWith>[0]]>([
    ['of reads and writes', { load: { mix: { read: 50, write: 50, remap: 0, unremap: 0 } } }],
    ['of reads only', { load: { mix: { read: 1, write: 0, remap: 0, unremap: 0 } } }],
    ['with remaps among them', { load: { mix: { read: 40, write: 30, remap: 20, unremap: 10 } } }],
    [
      'with requests that fail',
      {
        device: { sectorCount: 64, spare: { sectorCount: 12, placement: 'none' } },
        remap: { match: 'first-sector' },
        load: { mix: { read: 40, write: 30, remap: 30, unremap: 0 } },
      },
    ],
  ])('%s leaves the same counts', (_, overrides) => {
    const { load, ...rest } = overrides ?? {};
    const of = (thinkTimeNs: number) =>
      planWith({
        device: { sectorCount: 512, spare },
        integrity: 'off',
        ...rest,
        load: { operationCount: 3000, ...load, thinkTimeNs },
      });
    const plain = countsOf(of(0));
    expect(plain).toEqual(countsOf(of(1)));
    expect(plain.sum).toBe(3000);
    if (overrides?.remap !== undefined) {
      expect(plain.operations.some(({ errorCount }) => errorCount > 0)).toBe(true);
    }
  });
});

describe('a row', () => {
  const plan = planWith({ integrity: 'off', load: { mix: { read: 1, write: 1 } } });

  /** Eight reads of one sector, but for what the test puts there; answers come from `answer`. */
  function rowOf(
    answer: (lba: number) => number,
    change: (drawn: DrawnOperations) => void,
    isChained = false,
  ) {
    const memory = memoryFor(plan);
    const counters = new ThreadCounters(memory, 0);
    const times = new Float64Array(T.count);
    const drawn = new DrawnOperations();
    for (let index = 0; index < 8; index++) {
      drawn.lbas[index] = index;
      drawn.sectorCounts[index] = 1;
    }
    change(drawn);
    const asked: number[] = [];
    const move = (_: number, lba: number) => {
      asked.push(lba);
      return answer(lba);
    };
    const device = { read: move, write: move } as unknown as RemappingDevice;
    const service = (['read', 'write'] as const).map((name) =>
      SharedHistogram.of(memory, 0, `${name}.service`),
    );
    const loop = new PlainLoop({
      ...{
        thread: 0,
        device,
        drawn,
        counters,
        times,
        service,
        isChained,
        readByte: 0,
        writeByte: 0,
      },
    });
    times[T.gate] = nowNs();
    // So late that no test of these ends a row by the clock, however long its thread is put aside.
    times[T.completion] = (times[T.gate] as number) + 60e9;
    times[T.end] = Number.POSITIVE_INFINITY;
    const serviceOf = (operation: number) => service[operation]?.snapshot() as Histogram;
    const counted = (operation: number) => ({
      timed: serviceOf(operation).count,
      bytes: counters.get(
        ThreadFloat.perOperation + operation * OperationCounter.count + OperationCounter.bytes,
      ),
    });
    return { loop, times, counters, asked, counted, serviceOf };
  }

  const done = () => Outcome.done;

  test('goes to the end of what was drawn, and counts reads and writes apart', () => {
    const { loop, counters, asked, counted } = rowOf(done, ({ operations, sectorCounts }) => {
      operations[3] = WRITE;
      sectorCounts[3] = 8;
    });
    expect(loop.perform(1, 8)).toBe(8);
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(counters.get(ThreadFloat.operations)).toBe(7);
    expect(counted(READ)).toEqual({ timed: 6, bytes: 6 * 512 });
    expect(counted(WRITE)).toEqual({ timed: 1, bytes: 4096 });
  });

  test.each<[string, (drawn: DrawnOperations) => void]>([
    ['an operation of another kind', ({ operations }) => operations.fill(REMAP, 5, 6)],
    ['one for which nothing was left', ({ lbas }) => lbas.fill(SKIPPED, 5, 6)],
  ])('ends before %s', (_, change) => {
    const { loop, counters, asked } = rowOf(done, change);
    expect(loop.perform(0, 8)).toBe(5);
    expect(asked).toHaveLength(5);
    expect(counters.get(ThreadFloat.operations)).toBe(5);
  });

  test('ends with a request that fails, which is counted and not timed', () => {
    const failing = (lba: number) => (lba === 2 ? Outcome.pastSpareArea : Outcome.done);
    const { loop, counters, counted } = rowOf(failing, () => {});
    expect(loop.perform(0, 8)).toBe(3);
    expect(loop.outcome).toBe(Outcome.pastSpareArea);
    expect(counters.get(ThreadFloat.operations)).toBe(3);
    expect(counted(READ)).toEqual({ timed: 2, bytes: 2 * 512 });
    expect(loop.perform(3, 8)).toBe(8);
    expect(loop.outcome).toBe(Outcome.done);
  });

  test('ends with the operation that completes after the end of the load', () => {
    const { loop, times, counted } = rowOf(done, () => {});
    times[T.end] = times[T.gate] as number;
    expect(loop.perform(0, 8)).toBe(1);
    expect(counted(READ).timed).toBe(1);
    expect(times[T.completion]).toBeGreaterThanOrEqual(times[T.issue] as number);
  });

  test('loses no time between two operations when they are chained', () => {
    const { loop, times, serviceOf } = rowOf(done, () => {}, true);
    const before = nowNs();
    expect(loop.perform(0, 8)).toBe(8);
    const after = nowNs();
    const { count, sumNs, maxNs } = serviceOf(READ);
    expect(count).toBe(8);
    // The row's times end where its last operation ends, and begin no earlier than the row.
    expect((times[T.completion] as number) - sumNs).toBeGreaterThanOrEqual(before);
    expect(times[T.completion]).toBeLessThanOrEqual(after);
    expect((times[T.completion] as number) - (times[T.issue] as number)).toBeLessThanOrEqual(maxNs);
  });

  test.each([
    ['chained, a pause before an operation is a part of it', true],
    ['each by itself, it is nobody’s time', false],
  ])('%s', (_, isChained) => {
    // Longer than a thread is put aside for on a busy machine.
    const pauseNs = 200e6;
    // The sector count of the third operation is looked up before it is issued.
    const { loop, serviceOf } = rowOf(
      done,
      (drawn) => {
        const pausing = new Proxy(drawn.lbas, {
          get: (lbas, index) => {
            const until = nowNs() + (index === '2' ? pauseNs : 0);
            while (nowNs() < until);
            return Reflect.get(lbas, index);
          },
        });
        Object.defineProperty(drawn, 'lbas', { value: pausing });
      },
      isChained,
    );
    loop.perform(0, 8);
    const { sumNs } = serviceOf(READ);
    expect(sumNs >= pauseNs).toBe(isChained);
  });

  test('puts aside what was issued before the measurement began', () => {
    const { loop, times, counters, counted } = rowOf(
      (lba) => {
        if (lba === 2) while (nowNs() < (times[T.measure] as number));
        return Outcome.done;
      },
      () => {},
    );
    times[T.measure] = nowNs() + 1e6;
    expect(loop.perform(0, 8)).toBe(8);
    expect(counters.get(ThreadFloat.operations)).toBe(8);
    expect(counters.get(ThreadFloat.warmedUp)).toBe(3);
    expect(counted(READ)).toEqual({ timed: 5, bytes: 5 * 512 });
  });

  test('is written down before it is over when its operations are slow', () => {
    const { loop, times, counters } = rowOf(
      (lba) => {
        const until = nowNs() + (lba === 4 ? 1.1e6 : 0);
        while (nowNs() < until);
        return Outcome.done;
      },
      () => {},
    );
    times[T.completion] = nowNs();
    expect(loop.perform(0, 8)).toBeLessThanOrEqual(5);
    expect(counters.get(ThreadFloat.operations)).toBeGreaterThan(0);
  });
});

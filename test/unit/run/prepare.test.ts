import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import type { Trace } from '../../../src/load/trace/trace.ts';
import { touchPages } from '../../../src/memory/attach.ts';
import { Collector } from '../../../src/run/collect.ts';
import { sweepData } from '../../../src/run/data-sweep.ts';
import { prepareMemory, withTrace } from '../../../src/run/prepare.ts';
import { OPERATIONS } from '../../../src/scenario/plan.ts';
import { markedSpares, planWith } from '../../support/plans.ts';

type Row = readonly [arrivalNs: number, name: (typeof OPERATIONS)[number], lba: number, n: number];

const rows: readonly (readonly Row[])[] = [
  [
    [0, 'write', 0, 8],
    [1000, 'read', 4, 4],
    [3000, 'sync', 0, 0],
  ],
  [],
  [
    [500, 'trim', 100, 64],
    [2000, 'write', 9, 1],
  ],
];

const trace = traceOf(rows);

/** Counts but for the operations' are those of `rows`. */
function traceOf(perThread: readonly (readonly Row[])[]): Trace {
  return {
    operations: { read: 1, write: 2, sync: 1, trim: 1 },
    sectorCountMax: 64,
    transferSectorCountMax: 8,
    perThread: perThread.map((records) => ({
      arrivalsNs: Float64Array.from(records, ([arrivalNs]) => arrivalNs),
      lbas: Uint32Array.from(records, ([, , lba]) => lba),
      sectorCounts: Uint32Array.from(records, ([, , , count]) => count),
      kinds: Uint8Array.from(records, ([, name]) => OPERATIONS.indexOf(name)),
    })),
  } as Partial<Trace> as Trace;
}

function planOf(speed: number | null) {
  return planWith({
    load: {
      threadCount: 3,
      operationCount: null,
      mix: { read: 0, write: 0, remap: 0, unremap: 0 },
      trace: {
        file: '/x',
        format: 'auto',
        speed,
        assign: 'by-hash',
        recordCounts: [],
        operations: [],
        sectorCountMax: 0,
        writeAlignment: 1,
      },
    },
  });
}

describe('withTrace', () => {
  test('fills in what the trace holds', () => {
    expect(withTrace(planOf(1), trace).jobs[0]?.trace).toMatchObject({
      recordCounts: [3, 0, 2],
      operations: ['read', 'write', 'sync', 'trim'],
      sectorCountMax: 8,
      // A write of 8 sectors to LBA 0, and one of 1 to LBA 9.
      writeAlignment: 1,
    });
  });

  test.each<[Row[], number, number]>([
    [[[0, 'write', 16, 8]], 8, 3],
    [
      [
        [0, 'write', 16, 8],
        [0, 'write', 4, 8],
      ],
      4,
      2,
    ],
    [
      [
        [0, 'write', 16, 8],
        [0, 'write', 24, 2],
      ],
      2,
      1,
    ],
    // Reads and trims may lie as they like: nobody keeps an account of what they leave behind.
    [
      [
        [0, 'write', 0, 8],
        [0, 'read', 3, 1],
        [0, 'trim', 5, 1],
      ],
      8,
      3,
    ],
  ])('%j are written %i sectors at a time', (records, writeAlignment, auditShift) => {
    const plan = withTrace({ ...planOf(1), integrity: 'strict' }, traceOf([[], records, []]));
    expect(plan.jobs[0]?.trace).toMatchObject({ writeAlignment });
    expect(prepareMemory(plan, traceOf([[], records, []])).layout.auditShift).toBe(auditShift);
  });

  test('leaves a plan without one alone', () => {
    const plan = planWith();
    expect(withTrace(plan, trace)).toBe(plan);
  });
});

describe('prepareMemory', () => {
  test('marks the metadata, and fills the pool to its last word', () => {
    const plan = planWith({ device: { spare: { sectorCount: 100, placement: 'v4-dynamic' } } });
    const memory = prepareMemory(plan, null);
    expect(markedSpares(plan, memory)).toHaveLength(40);
    const { pool, poolWords } = memory.layout;
    const words = memory.words.subarray(pool, pool + poolWords);
    expect(words.every((word) => word !== 0)).toBe(true);
    expect(new Set(words).size).toBe(words.length);
  });

  test('loses nothing when the threads then touch the pages', () => {
    const plan = withTrace({ ...planOf(1), integrity: 'strict' }, trace);
    const memory = prepareMemory(plan, trace);
    const before = memory.words.slice();
    for (const thread of [0, 1, 2]) touchPages(memory, thread, 3);
    expect(memory.words).toEqual(before);
    const { layout, words } = memory;
    const parts = [layout.main, layout.audit, layout.owners, layout.histograms];
    for (const word of parts) words[word] = 7;
    touchPages(memory, 0, 3);
    expect(parts.map((word) => words[word])).toEqual([0, 0, 0, 0]);
  });

  test.each([1, 100, null])('a trace at speed %s is carried out record by record', (speed) => {
    const plan = withTrace(planOf(speed), trace);
    const memory = prepareMemory(plan, trace);
    const startNs = nowNs();
    for (const thread of [0, 1, 2]) new ThreadLoop(plan, memory, thread).run(startNs);
    const collector = new Collector(plan, memory);
    const operations = collector.operations();
    expect(collector.threads().map(({ operationCount }) => operationCount)).toEqual([3, 0, 2]);
    expect(OPERATIONS.map((name) => operations[name].count)).toEqual([1, 2, 0, 0, 1, 1, 0]);
    expect(operations.write.bytes).toBe(9 * 512);
    expect(sweepData(plan, memory).findings).toEqual([]);
    for (const name of ['read', 'write', 'sync', 'trim'] as const) {
      const { service, response } = operations[name];
      expect(response.count).toBe(service.count);
      // From the planned arrival on; nothing begins before it.
      expect(response.sumNs).toBeGreaterThanOrEqual(service.sumNs);
      if (speed === null) expect(response).toEqual(service);
    }
  });
});

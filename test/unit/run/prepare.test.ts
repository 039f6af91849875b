import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { loopFor } from '../../../src/load/loop.ts';
import type { Trace } from '../../../src/load/trace/trace.ts';
import { touchPages } from '../../../src/memory/attach.ts';
import { Collector } from '../../../src/run/collect.ts';
import { sweepData } from '../../../src/run/data-sweep.ts';
import { prepareMemory, withTrace } from '../../../src/run/prepare.ts';
import { OPERATIONS } from '../../../src/scenario/plan.ts';
import { markedSpares, planWith } from '../../support/plans.ts';
import { feedRows, type Row, tracePlanOf } from '../../support/traces.ts';

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

/** Counts are those of `rows`. */
const trace = {
  operations: { read: 1, write: 2, sync: 1, trim: 1 },
  sectorCountMax: 64,
  transferSectorCountMax: 8,
  writeAlignment: 1,
  sharing: { recordCounts: [3, 0, 2], shift: 3, threads: new Uint16Array(1) },
} as Partial<Trace> as Trace;

function planOf(speed: number | null) {
  return planWith({
    load: {
      threadCount: 3,
      operationCount: null,
      mix: { read: 0, write: 0, remap: 0, unremap: 0 },
      trace: tracePlanOf('/x', { speed }),
    },
  });
}

describe('withTrace', () => {
  test('fills in what the trace holds', () => {
    expect(withTrace(planOf(1), trace).jobs[0]?.trace).toMatchObject({
      recordCounts: [3, 0, 2],
      operations: ['read', 'write', 'sync', 'trim'],
      sectorCountMax: 8,
      writeAlignment: 1,
    });
  });

  test.each([
    [8, 3],
    [2, 1],
  ])('what is written %i sectors at a time is audited so', (writeAlignment, auditShift) => {
    const plan = withTrace({ ...planOf(1), integrity: 'strict' }, { ...trace, writeAlignment });
    expect(plan.jobs[0]?.trace).toMatchObject({ writeAlignment });
    expect(prepareMemory(plan).layout.auditShift).toBe(auditShift);
  });

  test('leaves a plan without one alone', () => {
    const plan = planWith();
    expect(withTrace(plan, trace)).toBe(plan);
  });
});

describe('prepareMemory', () => {
  test('marks the metadata, and fills the pool to its last word', () => {
    const plan = planWith({ device: { spare: { sectorCount: 100, placement: 'v4-dynamic' } } });
    const memory = prepareMemory(plan);
    expect(markedSpares(plan, memory)).toHaveLength(40);
    const { pool, poolWords } = memory.layout;
    const words = memory.words.subarray(pool, pool + poolWords);
    expect(words.every((word) => word !== 0)).toBe(true);
    expect(new Set(words).size).toBe(words.length);
  });

  test('loses nothing when the threads then touch the pages', () => {
    const plan = withTrace({ ...planOf(1), integrity: 'strict' }, trace);
    const memory = prepareMemory(plan);
    feedRows(memory, rows);
    const before = memory.words.slice();
    for (const thread of [0, 1, 2]) touchPages(memory, thread, 3);
    // Compared as bytes: word by word it takes seconds.
    expect(Buffer.from(memory.words.buffer).equals(Buffer.from(before.buffer))).toBe(true);
    const { layout, words } = memory;
    const parts = [layout.main, layout.audit, layout.owners, layout.histograms];
    for (const word of parts) words[word] = 7;
    touchPages(memory, 0, 3);
    expect(parts.map((word) => words[word])).toEqual([0, 0, 0, 0]);
  });

  test.each([1, 100, null])('a trace at speed %s is carried out record by record', (speed) => {
    const plan = withTrace(planOf(speed), trace);
    const memory = prepareMemory(plan);
    feedRows(memory, rows);
    const startNs = nowNs();
    for (const thread of [0, 1, 2]) loopFor(plan, memory, thread).run(startNs);
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

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { DrawnOperations } from '../../../src/load/operation-source.ts';
import { TraceFeeder } from '../../../src/load/trace/feeder.ts';
import { surveyTrace } from '../../../src/load/trace/survey.ts';
import { TracedOperations } from '../../../src/load/trace/traced-operations.ts';
import { createMemory, type Memory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { ThreadStatus, TraceRing } from '../../../src/memory/layout.ts';
import { hasFeedFailed, RingReader, RingWriter } from '../../../src/memory/trace-ring.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { withTrace } from '../../../src/run/prepare.ts';
import { OPERATIONS } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';
import { feedRows, traceFolder, tracePlanOf } from '../../support/traces.ts';

const folder = traceFolder();

/** A trace of 4 KiB writes, 1 ms apart, each to a block of its own. */
function written(count: number): string {
  const file = join(folder, 'trace.iolog');
  const lines = Array.from({ length: count }, (_, n) => `${n * 1000} d write ${n * 4096} 4096`);
  writeFileSync(file, ['fio version 3 iolog', '0 d add', '0 d open', ...lines, ''].join('\n'));
  return file;
}

function fed(count: number, speed: number | null = 2) {
  const trace = tracePlanOf(written(count), { speed, assign: 'round-robin' });
  const load = { threadCount: 2, durationNs: null, trace };
  const unread = planWith({ device: { sectorCount: 8 * count }, load });
  const survey = surveyTrace(trace, { deviceSectorCount: 8 * count, threadCount: 2 });
  const plan = withTrace(unread, survey);
  const memory = createMemory(plan);
  const feeder = new TraceFeeder(plan, memory, survey);
  return { plan, survey, memory, feeder, file: trace.file };
}

function sourceOf(memory: Memory, thread: number, isTimed = true): TracedOperations {
  return new TracedOperations(memory, { thread, place: thread, isTimed });
}

describe('the reader of a trace', () => {
  test('hands every record to its thread, at the time of the replay, and arrives at the gate', () => {
    const { memory, feeder } = fed(5);
    feeder.run();
    expect(new Gate(memory.words, memory.floats, memory.layout).arrivedCount()).toBe(1);
    const seen = [0, 1].map((thread) => {
      const into = new DrawnOperations();
      const count = sourceOf(memory, thread).draw(into, 64);
      return [...into.arrivalsNs.subarray(0, count)].map((ns, at) => [ns, into.lbas[at]]);
    });
    expect(seen).toEqual([
      [
        [0, 0],
        [1e6, 16],
        [2e6, 32],
      ],
      [
        [5e5, 8],
        [1.5e6, 24],
      ],
    ]);
  });

  test('passes over the ring of a thread that has finished, and fills the others', () => {
    const { plan, survey } = fed(12);
    const sharing = {
      recordCounts: [9, 3],
      shift: 3,
      threads: Uint16Array.from({ length: 12 }, (_, block) => (block < 9 ? 0 : 1)),
    };
    // Rings with room for four.
    const memory = createMemory(
      withTrace(plan, { ...survey, sharing: { ...sharing, recordCounts: [4, 4] } }),
    );
    new ThreadCounters(memory, 0).status = ThreadStatus.finished;
    new TraceFeeder(plan, memory, { fold: survey.fold, sharing }).run();
    expect([0, 1].map((place) => new RingReader(memory, place).available())).toEqual([4, 3]);
    expect(hasFeedFailed(memory)).toBe(false);
  });

  test('that finds another file than was surveyed fails, and stops the run', () => {
    const { memory, feeder, file } = fed(3);
    appendFileSync(file, '9000 d write 0 4096\n');
    expect(() => feeder.run()).toThrow(`the trace was changed while it was replayed: ${file}`);
    expect(hasFeedFailed(memory)).toBe(true);
    expect(new Gate(memory.words, memory.floats, memory.layout).mustStop()).toBe(true);
  });
});

describe('a thread that replays', () => {
  /** Makes a record that is in the ring visible, from another thread, in a while. */
  async function publishLater(memory: Memory, afterMs: number): Promise<Worker> {
    const at = (memory.layout.trace[0] as number) + TraceRing.written;
    const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      const words = new Int32Array(workerData.shared.buffer);
      parentPort.postMessage('here');
      Atomics.wait(words, workerData.at, -1, 0);
      setTimeout(() => {
        Atomics.store(words, workerData.at, 1);
        Atomics.notify(words, workerData.at);
      }, workerData.afterMs);`;
    const workerData = { shared: memory.shared, at, afterMs };
    const worker = new Worker(code, { eval: true, workerData });
    await new Promise((resolve) => worker.once('message', resolve));
    return worker;
  }

  test.each([
    ['a record that is due', 0, true, 1],
    ['a record, as fast as possible', 3600e9, false, 1],
    ['a record that is not due for an hour', 3600e9, true, 0],
  ])('counts as starvation the wait for %s', async (_, arrivalNs, isTimed, starvedCount) => {
    const { memory } = fed(4);
    new Gate(memory.words, memory.floats, memory.layout).open(Number(process.hrtime.bigint()));
    new RingWriter(memory, 0).put(arrivalNs, OPERATIONS.indexOf('write'), 8, 8);
    const worker = await publishLater(memory, 60);
    const into = new DrawnOperations();
    expect(sourceOf(memory, 0, isTimed).draw(into, 64)).toBe(1);
    const ring = new RingReader(memory, 0);
    expect(ring.starvedCount).toBe(starvedCount);
    expect(ring.starvedNs > 0).toBe(starvedCount > 0);
    await worker.terminate();
  });

  test('waits no longer than until the run is stopped', () => {
    const { memory } = fed(4);
    new Gate(memory.words, memory.floats, memory.layout).stop();
    expect(sourceOf(memory, 0).draw(new DrawnOperations(), 64)).toBe(0);
    expect(new RingReader(memory, 0).starvedCount).toBe(0);
  });

  test('never waits once the trace has ended', () => {
    const { memory } = fed(4);
    feedRows(memory, [[], []]);
    expect(sourceOf(memory, 0).draw(new DrawnOperations(), 64)).toBe(0);
    expect(new RingReader(memory, 0).starvedCount).toBe(0);
  });
});

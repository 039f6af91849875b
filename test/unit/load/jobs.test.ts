import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { remapRangeOf } from '../../../src/load/addresses.ts';
import { DrawnOperations, operationSourceFor } from '../../../src/load/operation-source.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import type { Memory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { JobGate } from '../../../src/memory/job-gate.ts';
import { Collector } from '../../../src/run/collect.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import {
  IDLE_JOB,
  type JobPlan,
  NO_MIX,
  OPERATIONS,
  type Plan,
} from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

/** A mixed load looks at no memory. */
const NO_MEMORY = null as unknown as Memory;

type Choice = Partial<Omit<JobPlan, 'firstThread'>>;

/** A plan of these jobs; each does 100 operations by one thread unless told otherwise. */
function planOfJobs(...choices: readonly Choice[]): Plan {
  const jobs: JobPlan[] = [];
  let firstThread = 0;
  for (const [index, choice] of choices.entries()) {
    const job: JobPlan = {
      ...IDLE_JOB,
      name: `job-${index}`,
      operationCount: 100,
      mix: { ...NO_MIX, read: 1, write: 1 },
      blockSizes: [{ sectorCount: 8, weight: 1 }],
      ...choice,
      firstThread,
    };
    jobs.push(job);
    firstThread += job.threadCount;
  }
  return { ...planWith(), load: { threadCount: firstThread, warmupNs: 0 }, jobs };
}

function drawn(plan: Plan, thread: number): number[] {
  const into = new DrawnOperations();
  operationSourceFor(plan, NO_MEMORY, thread).draw(into, 64);
  return [...into.operations, ...into.lbas, ...into.sectorCounts];
}

/** All threads of a plan, one after the other. */
function load(plan: Plan): { memory: Memory; collector: Collector } {
  const memory = prepareMemory(plan);
  const startNs = nowNs();
  new Gate(memory.words, memory.floats, memory.layout).open(startNs);
  for (let thread = 0; thread < plan.load.threadCount; thread++) {
    new ThreadLoop(plan, memory, thread).run(startNs);
  }
  return { memory, collector: new Collector(plan, memory) };
}

describe('what a job draws', () => {
  const one: Choice = { name: 'one', threadCount: 2 };
  const other: Choice = { name: 'other', threadCount: 3 };

  test('is the same whatever stands beside it, and in whichever place', () => {
    const alone = planOfJobs(one);
    expect(drawn(planOfJobs(one, other), 1)).toEqual(drawn(alone, 1));
    expect(drawn(planOfJobs(other, one), 4)).toEqual(drawn(alone, 1));
  });

  test('differs from thread to thread, from job to job, and from seed to seed', () => {
    const plan = planOfJobs(one, { ...one, name: 'other' });
    const lists = [0, 1, 2, 3].map((thread) => JSON.stringify(drawn(plan, thread)));
    expect(new Set(lists).size).toBe(4);
    expect(drawn({ ...plan, seed: 43 }, 0)).not.toEqual(drawn(plan, 0));
  });

  test('is of the seed and the thread alone when it is the only one, called load', () => {
    const plan = planWith({ load: { threadCount: 2, mix: { read: 1, write: 1, remap: 0 } } });
    const sole = planOfJobs({ ...one, name: 'load' });
    expect(drawn(sole, 1)).toEqual(drawn(plan, 1));
  });

  test('to remap are LBAs that no thread of any job shares with another', () => {
    const remaps = { ...NO_MIX, remap: 1 };
    const plan = planOfJobs(
      { threadCount: 2, mix: remaps },
      { threadCount: 3 },
      { threadCount: 1, mix: remaps },
    );
    const ranges = [0, 1, 5].map((thread) => remapRangeOf(plan, thread));
    expect(ranges.map(({ firstLba }) => firstLba)).toEqual([0, 341, 682]);
    expect(ranges.reduce((sum, { sectorCount }) => sum + sectorCount, 0)).toBe(1024);
    expect(remapRangeOf(plan, 3).sectorCount).toBe(0);
  });
});

describe('the figures of a job', () => {
  test('are those of its threads, and together those of the run', () => {
    const { collector } = load(
      planOfJobs(
        { threadCount: 2, operationCount: 101 },
        { operationCount: 30, mix: { ...NO_MIX, remap: 1 } },
      ),
    );
    const [first, second] = collector.jobs();
    const countOf = (job: typeof first) =>
      OPERATIONS.reduce((sum, name) => sum + (job?.operations[name].count ?? 0), 0);
    expect([countOf(first), countOf(second)]).toEqual([101, 30]);
    expect(second?.operations.remap.service.count).toBe(30);
    expect(first?.operations.remap.count).toBe(0);
    const all = collector.operations();
    expect(all.read.bytes).toBe(first?.operations.read.bytes);
    expect(all.remap.count).toBe(30);
  });
});

describe('a job after another', () => {
  test('begins when the last thread of that one has ended', () => {
    const { collector } = load(planOfJobs({ threadCount: 2 }, { startsAfter: 0 }));
    const [first, second] = collector.jobs();
    expect(first).toMatchObject({ startNs: 0 });
    expect(second?.startNs).toBe(first?.endNs);
    expect(second?.endNs).toBeGreaterThan(second?.startNs ?? 0);
    const issues = collector.threads().map(({ firstIssueNs }) => firstIssueNs ?? 0);
    expect(issues[2]).toBeGreaterThan(second?.startNs ?? Number.POSITIVE_INFINITY);
  });

  test('never begins when the run is stopped first', () => {
    const plan = planOfJobs({}, { startsAfter: 0 });
    const memory = prepareMemory(plan);
    new Gate(memory.words, memory.floats, memory.layout).stop();
    new ThreadLoop(plan, memory, 1).run(nowNs());
    const [first, second] = new Collector(plan, memory).jobs();
    expect(first).toMatchObject({ endNs: null });
    expect(second).toMatchObject({ startNs: null });
    expect(new Collector(plan, memory).threads()[1]?.operationCount).toBe(0);
  });

  test('has its time measured from its own begin', () => {
    const plan = planOfJobs({}, { startsAfter: 0, operationCount: null, durationNs: 3e6 });
    const { collector } = load(plan);
    const second = collector.jobs()[1];
    const { lastCompletionNs } = collector.threads()[1] ?? {};
    expect((lastCompletionNs ?? 0) - (second?.startNs ?? 0)).toBeGreaterThanOrEqual(3e6);
  });
});

test('a job gate opens with the last of the threads, and tells when', () => {
  const { words, floats, layout } = prepareMemory(planOfJobs({ threadCount: 3 }, {}));
  const gate = new JobGate(words, floats, layout);
  gate.finish(0, 3, 100);
  gate.finish(1, 1, 150);
  gate.finish(0, 3, 200);
  expect(gate.awaitEnd(0, 1000)).toBe(false);
  expect(gate.awaitEnd(1, 1000)).toBe(true);
  gate.finish(0, 3, 300);
  expect(gate.awaitEnd(0, 1e9)).toBe(true);
  expect([gate.endNs(0), gate.endNs(1)]).toEqual([300, 150]);
});

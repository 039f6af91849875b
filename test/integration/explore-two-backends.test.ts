import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  firstDifference,
  instrumentProduct,
  LockSubject,
  type ProductCode,
  type Program,
  programWith,
  replay,
  ScheduledThreads,
  type Subject,
} from '../../src/explore/index.ts';
import { LOCK_KINDS } from '../../src/scenario/plan.ts';
import { scheduleByLot } from '../support/explored.ts';

/**
 * Goal: the rewritten code is the code. What the engine says of a schedule is what real threads do
 * that run the built files and follow it.
 *
 * Method: schedules drawn by lot, each run by the engine and on worker threads in which every
 * access, plain or atomic, waits for its turn. Compared are all accesses one by one, with the
 * values before and after, what the operations answered, and the whole memory at the end.
 *
 * Not covered: what threads do whose accesses are not made one at a time. Sleeping is played, not
 * slept: a thread in Atomics.wait goes on in the turn that the schedule gives it.
 */
const SCHEDULES_EACH = 6;

const published = (overrides: Partial<Program>) =>
  programWith({ protocol: 'as-published', ...overrides });

const PROGRAMS: readonly Program[] = [
  programWith({ threads: ['afa', 'aa'], spareCount: 2 }),
  programWith({ threads: ['a', 'af', 'a'], spareCount: 1, slotCount: 1, batchCount: 1 }),
  programWith({ threads: ['aa', 'aa'], spareCount: 4, reservedCount: 1 }),
  published({ threads: ['aa', 'aa'] }),
  published({ threads: ['aa', 'aa', 'a'], spareCount: 6 }),
  published({ threads: ['a', 'aa'], spareCount: 4, slotCount: 4, reservedCount: 1 }),
  published({ threads: ['aa', 'aa'], outerLock: true }),
  published({ threads: ['m', 'i'], outerLock: true }),
  programWith({ threads: ['mu', 'i', 'i', 'r'] }),
  published({ allocator: 'linear', threads: ['aa', 'aa'] }),
  programWith({ allocator: 'linear', threads: ['afa', 'aa'], spareCount: 2 }),
  programWith({ allocator: 'bitmap', threads: ['afa', 'aa'], spareCount: 2 }),
  programWith({ allocator: 'bitmap', threads: ['aa', 'af'], spareCount: 34, reservedCount: 31 }),
  programWith({ allocator: 'per-worker', threads: ['afa', 'aa'], spareCount: 2 }),
  programWith({ allocator: 'per-worker', threads: ['aa', 'a', 'a'], spareCount: 34 }),
  ...(['hash', 'linear'] as const).flatMap((lookup) => [
    programWith({
      threads: ['wr', 'mu', 'r'],
      remap: { match: 'every-sector', lookup, inFlight: 'drain' },
    }),
    programWith({
      threads: ['w1r', 'mm1'],
      remap: { match: 'first-sector', lookup, inFlight: 'ignore' },
    }),
  ]),
];

const LOCKS = LOCK_KINDS.flatMap((kind) =>
  [
    [2, 2],
    [1, 1, 1],
  ].map((rounds) => ({ kind, rounds })),
);

let code: ProductCode;
const threads = new ScheduledThreads();

beforeAll(async () => {
  code = await instrumentProduct();
});

afterAll(() => threads.close());

/** Schedules by lot; returns how many there were. */
async function compare(subject: Subject): Promise<number> {
  for (let seed = 0; seed < SCHEDULES_EACH; seed++) {
    const schedule = scheduleByLot(subject, seed, seed % 2 === 0 ? 'walk' : 'priorities');
    const once = replay(subject, schedule);
    expect(once.divergedAt).toBeNull();
    expect(replay(subject, schedule)).toEqual(once);
    const run = await threads.run(subject, schedule, once);
    expect({ schedule, difference: firstDifference(subject, once, run) }).toEqual({
      schedule,
      difference: null,
    });
  }
  return SCHEDULES_EACH;
}

describe('the same schedule, by the engine and by real threads, comes to the same', () => {
  let compared = 0;

  test.each(PROGRAMS)('$allocator $protocol $threads', async (program) => {
    compared += await compare(new DeviceSubject(program, code));
  });

  test.each(LOCKS)('$kind lock, rounds $rounds', async ({ kind, rounds }) => {
    compared += await compare(new LockSubject(kind, rounds, code));
  });

  test('a hundred schedules and more', () => {
    expect(compared).toBeGreaterThanOrEqual(100);
  });
});

describe('what differs is seen', () => {
  const program = programWith({ allocator: 'bitmap', threads: ['af', 'aa'], spareCount: 2 });

  test.each([
    {
      what: 'another order of accesses',
      find: 'const frees = Atomics.load(this.#words, this.#frees);\n            const start = Atomics.load(this.#words, this.#cursor);',
      replace:
        'const start = Atomics.load(this.#words, this.#cursor);\n const frees = Atomics.load(this.#words, this.#frees);',
      says: /^Step 0: the engine has thread \d load allocator nextStrip/,
    },
    {
      what: 'another value',
      find: 'Atomics.add(this.#words, this.#frees, 1);',
      replace: 'Atomics.add(this.#words, this.#frees, 2);',
      says: /^Step \d+: the engine has thread 0 change allocator frees 0 → 2, real .* 0 → 1\.$/,
    },
    {
      what: 'another kind of access',
      find: 'Atomics.add(this.#words, this.#frees, 1);',
      replace: 'this.#words[this.#frees] = 1;',
      says: /^Step \d+: the engine has thread 0 write allocator frees 0 → 1, real .* change/,
    },
  ])('$what', async ({ find, replace, says }) => {
    const other = await instrumentProduct([{ file: 'device/bitmap-allocator.js', find, replace }]);
    const subject = new DeviceSubject(program, other);
    const schedule = scheduleByLot(subject, 0, 'walk');
    const once = replay(subject, schedule);
    const run = await threads.run(subject, schedule, once);
    expect(firstDifference(subject, once, run)).toMatch(says);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import {
  explore,
  FIFO_LOCKS,
  instrumentProduct,
  LockSubject,
  type ProductCode,
  replay,
} from '../../src/explore/index.ts';
import { LOCK_KINDS } from '../../src/scenario/plan.ts';

/**
 * Goal: one thread inside at a time, nobody left waiting, and first come first served where that is
 * promised.
 *
 * Method: every interleaving of two and three threads that take the lock up to twice, up to the
 * order of independent steps. Sleep is modelled with a queue, so that a wake-up that comes too
 * early is lost for good.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

const locks = LOCK_KINDS.filter((kind) => kind !== 'none');

describe.each(locks)('%s', (kind) => {
  test.each([[[1, 1]], [[2, 1]], [[2, 2]], [[1, 1, 1]]])('rounds %j', (rounds) => {
    const { verdict, fault } = explore(new LockSubject(kind, rounds, code), {
      strategy: { kind: 'dpor' },
      races: 'fail',
    });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });
});

/** Where one comes back while two others wait; what has more pre-emptions is left to `explore`. */
test.each(locks)('%s, one of three that comes back, with two pre-emptions', (kind) => {
  const { verdict, fault } = explore(new LockSubject(kind, [2, 1, 1], code), {
    strategy: { kind: 'bounded', preemptions: 2 },
    races: 'fail',
  });
  expect({ verdict, fault }).toEqual({
    verdict: { kind: 'pass-bounded', preemptions: 2 },
    fault: null,
  });
});

test.each(locks)('%s, four threads one of which comes back, by lot', (kind) => {
  const { verdict, fault } = explore(new LockSubject(kind, [2, 1, 1, 1], code), {
    strategy: { kind: 'random' },
    races: 'fail',
    executions: 2000,
    seed: 5,
  });
  expect({ verdict, fault }).toEqual({
    verdict: { kind: 'pass-sampled', executions: 2000 },
    fault: null,
  });
});

test('six locks, three of which serve in order', () => {
  expect(locks).toHaveLength(6);
  expect(FIFO_LOCKS).toHaveLength(3);
});

test('an unfair lock would be seen to overtake if it promised not to', async () => {
  // The ticket lock with its tickets forgotten: whoever looks first is served.
  const unfair = await instrumentProduct([
    {
      file: 'lock/ticket-lock.js',
      find: 'const ticket = Atomics.add(this.#words, this.#next, 1);',
      replace:
        'while (Atomics.exchange(this.#words, this.#next, 1) !== 0) relax(this.#words, this.#next, 1);\n return 0; const ticket = 0;',
    },
    {
      file: 'lock/ticket-lock.js',
      find: 'Atomics.add(this.#words, this.#serving, 1);',
      replace: 'Atomics.store(this.#words, this.#next, 0);',
    },
  ]);
  const subject = new LockSubject('ticket', [2, 1, 1], unfair);
  const { fault } = explore(subject, {
    strategy: { kind: 'dpor' },
    only: ['order'],
    executions: 20_000,
  });
  expect(fault?.kind).toBe('order');
});

test('no lock at all excludes nobody', () => {
  const subject = new LockSubject('none', [1, 1], code);
  const { fault, schedule } = explore(subject);
  expect(fault?.kind).toBe('mutual exclusion');
  expect(replay(subject, schedule as string).faults[0]).toEqual(fault);
});

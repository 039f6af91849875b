import { beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  explore,
  instrumentProduct,
  outcomesOf,
  type ProductCode,
  programWith,
} from '../../src/explore/index.ts';

/**
 * Goal: a completion that comes on the processor of a thread is tried wherever it may come, stops
 * that thread until it ends, and, waiting for a lock that the thread has, stops itself for ever.
 *
 * Method: programs with completions, as published (interrupts on while the target lock is held) and
 * corrected; reductions against the search without any; and the correction done in the wrong order.
 *
 * Not covered: interrupts that interrupt each other, and more than one kind of them.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

const exhaustive = { strategy: { kind: 'dpor' }, races: 'fail' } as const;

describe.each(['hash', 'linear'] as const)('with the %s table', (lookup) => {
  const remap = { match: 'every-sector', lookup, inFlight: 'drain' } as const;

  test.each([['m|i'], ['mu|i'], ['m|i|r'], ['uu|i|m'], ['u|i|u|i']])('%s holds', (text) => {
    const subject = new DeviceSubject(programWith({ threads: text.split('|'), remap }), code);
    const { verdict, fault } = explore(subject, exhaustive);
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });

  test.each([['u|i'], ['u|i|u'], ['uu|i|i'], ['m|i'], ['u|i|u|i']])(
    '%s as published stops itself; reductions leave out no outcome',
    (text) => {
      const program = programWith({ protocol: 'as-published', threads: text.split('|'), remap });
      const subject = new DeviceSubject(program, code);
      const all = outcomesOf(subject, 'none', 20_000);
      expect(all.isComplete).toBe(true);
      expect([...all.outcomes].some((outcome) => outcome.startsWith('self-deadlock'))).toBe(true);
      for (const reduction of ['sleep', 'dpor'] as const) {
        const { outcomes } = outcomesOf(subject, reduction, 20_000);
        expect([...outcomes].sort()).toEqual([...all.outcomes].sort());
      }
      const { fault } = explore(subject, { strategy: { kind: 'bounded', preemptions: 1 } });
      expect(fault?.kind).toBe('self-deadlock');
    },
  );
});

describe('an interrupt of another processor than that of the holder', () => {
  const faultIn = (inFlight: 'drain' | 'ignore') => {
    const remap = { match: 'every-sector', lookup: 'hash', inFlight } as const;
    const program = programWith({ protocol: 'as-published', threads: ['m', 'r', 'i'], remap });
    return explore(new DeviceSubject(program, code), { strategy: { kind: 'dpor' } }).fault;
  };

  test('waits, and its turn comes', () => {
    expect(faultIn('ignore')).toBeNull();
  });

  test('waits for ever where the holder waits for the I/O that was interrupted', () => {
    // A remap drains I/O under the target lock. So completions that take it must not interrupt I/O.
    expect(faultIn('drain')?.kind).toBe('deadlock');
  });
});

test('interrupts turned off after the lock was taken are turned off too late', async () => {
  const late = await instrumentProduct([
    {
      file: 'explore/program/interrupts-off-lock.js',
      find: 'this.#words[this.#word] = 1;\n        return this.#lock.acquire(thread);',
      replace: 'this.#lock.acquire(thread);\n this.#words[this.#word] = 1;\n return 0;',
    },
  ]);
  const subject = new DeviceSubject(programWith({ threads: ['m', 'i'] }), late);
  expect(explore(subject, exhaustive).fault?.kind).toBe('self-deadlock');
});

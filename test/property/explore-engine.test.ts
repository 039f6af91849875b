import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { explore, type Instrumented, ModuleSubject, outcomesOf } from '../../src/explore/index.ts';
import { instrumented } from '../support/explored.ts';

/**
 * Goal: the engine leaves nothing out. Goal of each reduction: fewer executions, same outcomes.
 *
 * Method: random small programs of every kind of access, waiting included; the set of answers and
 * final memories, deadlocks included, by every schedule, by sleep sets alone, and by dynamic
 * partial-order reduction.
 */
const SOURCE = `
export function run(words, operations, answers) {
  for (const { kind, at, value } of operations) {
    if (kind === 'read') answers.push(words[at]);
    else if (kind === 'write') words[at] = value;
    else if (kind === 'load') answers.push(Atomics.load(words, at));
    else if (kind === 'store') Atomics.store(words, at, value);
    else if (kind === 'add') answers.push(Atomics.add(words, at, value));
    else if (kind === 'swap') answers.push(Atomics.compareExchange(words, at, 0, value));
    else if (kind === 'await') {
      while (Atomics.load(words, at) === 0) relax(words, at, 0);
    } else if (kind === 'look') answers.push(spin(words, at, 0));
    else if (kind === 'wait') answers.push(Atomics.wait(words, at, 0));
    else if (kind === 'timed') answers.push(Atomics.wait(words, at, 0, 1));
    else if (kind === 'notify') answers.push(Atomics.notify(words, at, 1));
    else if (kind === 'lock') {
      while (Atomics.exchange(words, 2, 1) !== 0) relax(words, 2, 1);
      words[at] = words[at] + value;
      Atomics.store(words, 2, 0);
    }
  }
}
function relax() {}
function spin() {}
`;

interface Operation {
  readonly kind: string;
  readonly at: number;
  readonly value: number;
}

const KINDS = 'read write load store add swap await look wait timed notify lock'.split(' ');

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.integer({ min: 0, max: 1 }),
  value: fc.integer({ min: 1, max: 2 }),
});

const program = fc.oneof(
  fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(operation, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
);

let code: Instrumented & { readonly exports: Readonly<Record<string, unknown>> };

beforeAll(async () => {
  code = await instrumented(SOURCE);
});

function subjectOf(threads: readonly (readonly Operation[])[]): ModuleSubject {
  const run = code.exports.run as (...args: unknown[]) => unknown;
  const words = new Int32Array(3);
  const answers: unknown[][] = threads.map(() => []);
  return new ModuleSubject({
    name: 'random',
    code,
    words,
    threads: threads.map((operations, thread) => () => run(words, operations, answers[thread])),
    begin: () => {
      for (const list of answers) list.length = 0;
    },
    outcome: () => JSON.stringify(answers),
  });
}

test('all schedules, sleep sets and partial-order reduction come to the same outcomes', () => {
  let compared = 0;
  let saved = 0;
  fc.assert(
    fc.property(program, (threads) => {
      const all = outcomesOf(subjectOf(threads), 'none', 20_000);
      if (!all.isComplete) return;
      const sleep = outcomesOf(subjectOf(threads), 'sleep', 20_000);
      const dpor = outcomesOf(subjectOf(threads), 'dpor', 20_000);
      expect([...sleep.outcomes].sort()).toEqual([...all.outcomes].sort());
      expect([...dpor.outcomes].sort()).toEqual([...all.outcomes].sort());
      expect(dpor.executions).toBeLessThanOrEqual(all.executions);
      compared++;
      saved += all.executions - dpor.executions;
    }),
    { numRuns: 400, seed: 20 },
  );
  expect(compared).toBeGreaterThan(300);
  expect(saved).toBeGreaterThan(1000);
});

test('the same search twice goes the same way', () => {
  fc.assert(
    fc.property(program, fc.nat(1000), (threads, seed) => {
      const options = { strategy: { kind: 'pct', depth: 3 }, executions: 20, seed } as const;
      const [one, other] = [
        explore(subjectOf(threads), options),
        explore(subjectOf(threads), options),
      ];
      expect(other).toEqual(one);
    }),
    { numRuns: 50, seed: 21 },
  );
});

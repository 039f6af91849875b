import { expect, test } from 'vitest';
import {
  type Exploration,
  explore,
  ModuleSubject,
  minimise,
  replay,
  verdictName,
} from '../../../src/explore/index.ts';
import { instrumented } from '../../support/explored.ts';

/** A semaphore by hand that goes to sleep on a value it has not looked at again. */
const SEMAPHORE = `
export class Semaphore {
  #words;
  constructor(words) { this.#words = words; }
  take() {
    for (;;) {
      const free = Atomics.load(this.#words, 0);
      if (free > 0 && Atomics.compareExchange(this.#words, 0, free, free - 1) === free) return;
      if (free > 0) continue;
      Atomics.add(this.#words, 1, 1);
      Atomics.wait(this.#words, 2, 0);
      Atomics.sub(this.#words, 1, 1);
    }
  }
  give() {
    Atomics.add(this.#words, 0, 1);
    if (Atomics.load(this.#words, 1) > 0) Atomics.notify(this.#words, 2, 1);
  }
}
export function once(words) {
  const semaphore = new Semaphore(words);
  semaphore.take();
  words[3] = words[3] + 1;
  semaphore.give();
}
export function racy(words) { words[0] = words[0] + 1; }
export function spins(words) { while (Atomics.load(words, 0) === 0); }
export function throws(words) { if (Atomics.load(words, 0) === 0) throw new Error('empty'); }
`;

async function subjectOf(
  start: string,
  count: number,
  judge?: (words: Int32Array) => string | null,
): Promise<ModuleSubject> {
  const code = await instrumented(SEMAPHORE);
  const words = Int32Array.of(start === 'once' ? 1 : 0, 0, 0, 0);
  const run = code.exports[start] as (words: Int32Array) => unknown;
  const threads = Array.from({ length: count }, () => () => run(words));
  return new ModuleSubject({ name: start, code, words, threads, ...(judge ? { judge } : {}) });
}

function said({ verdict, fault }: Exploration): string {
  return `${verdictName(verdict)}: ${fault?.kind}`;
}

test('a wake-up lost in a semaphore by hand', async () => {
  const subject = await subjectOf('once', 2);
  const result = explore(subject);
  expect(said(result)).toBe('fail: deadlock');
  const minimal = minimise(subject, { kind: 'deadlock' });
  const run = replay(subject, minimal?.schedule as string);
  expect(run.faults[0]?.text).toContain('thread 1 sleeps on words[2], which is 0');
  expect(run.preemptions).toBe(2);
});

test('an outcome that must not be', async () => {
  const judge = (words: Int32Array) => (words[0] === 2 ? null : `counted ${words[0]}`);
  const subject = await subjectOf('racy', 2, judge);
  const result = explore(subject, { strategy: { kind: 'dpor' } });
  expect(said(result)).toBe('fail: forbidden outcome');
  expect(said(explore(subject, { strategy: { kind: 'bounded', preemptions: 0 } }))).toBe(
    'pass-bounded(0): undefined',
  );
  expect(said(explore(subject, { races: 'fail', only: ['data race'] }))).toBe('fail: data race');
});

test('a loop that waits without saying so is taken for endless', async () => {
  const subject = await subjectOf('spins', 1);
  expect(said(explore(subject, { stepBound: 100 }))).toBe('fail: livelock');
});

test('an exception ends an execution and is a fault', async () => {
  expect(said(explore(await subjectOf('throws', 1)))).toBe('fail: exception');
});

test('a budget that ends is no pass', async () => {
  const subject = await subjectOf('racy', 3);
  const result = explore(subject, { strategy: { kind: 'dpor' }, executions: 3 });
  expect(said(result)).toBe('unknown-budget: undefined');
  const sampled = explore(subject, { strategy: { kind: 'random' }, executions: 5 });
  expect(said(sampled)).toBe('pass-sampled(5): undefined');
});

test('a schedule for other files is said to be stale, and goes on where it no longer fits', async () => {
  const subject = await subjectOf('racy', 2);
  const run = replay(subject, 'x1.00000000.racy.A9B1');
  expect(run.isStale).toBe(true);
  expect(run.divergedAt).toBe(2);
  expect(run.steps).toHaveLength(4);
});

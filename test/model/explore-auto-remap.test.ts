import { beforeAll, describe, expect, test } from 'vitest';
import { badWordOf } from '../../src/device/bad-sectors.ts';
import { Advice } from '../../src/device/failure-books.ts';
import { Outcome } from '../../src/device/outcome.ts';
import { NOTHING_WAITS } from '../../src/device/remap-queue.ts';
import {
  explore,
  instrumentProduct,
  ModuleSubject,
  type Patch,
  type ProductCode,
  type Steps,
} from '../../src/explore/index.ts';
import { finish } from '../../src/explore/transform/runtime.ts';
import { layoutOf, SECTOR_WORDS, TargetTable, WORD_BYTES } from '../../src/memory/layout.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { planWith } from '../support/plans.ts';

/**
 * Goal: what a thread of load and a remap worker do about a sector that fails is right in every
 * order of their accesses, beside reads and writes of that sector: it is moved once, every write
 * that was acknowledged is where reads will look, and no read goes back in time. As published it is
 * not: errors get lost (P9), and one sector is promoted twice (P3).
 *
 * Method: the device, the medium with faults, health, queue and table as they are emitted, stopped
 * before every access; the threads are written here, in the order in which error recovery and the
 * workers make their calls. Exhausted by partial-order reduction.
 *
 * Not covered: pauses between attempts, which only pass time; more than one sector and one move.
 */
let code: ProductCode;
let memories = 0;

beforeAll(async () => {
  code = await instrumentProduct();
});

/** An instrumented object: what its methods return is to be gone through step by step. */
// biome-ignore lint/suspicious/noExplicitAny: instrumented methods are generators.
type Stepped = any;

function planFor(threadCount: number, published: boolean): Plan {
  return planWith({
    device: { sectorCount: 4, spare: { sectorCount: 4, placement: 'none' } },
    allocator: { kind: 'bitmap' },
    lock: { kind: 'test-and-set' },
    remap: published
      ? { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' }
      : { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
    target: { protocol: published ? 'as-published' : 'guarded' },
    load: {
      threadCount,
      blockSizes: [{ sectorCount: 1, weight: 1 }],
      mix: { read: 1, write: 1, remap: 0, unremap: 0 },
    },
    autoRemap: {
      workerCount: 1,
      errorThreshold: 1,
      queueCount: 2,
      attemptCount: 0,
      backoffNs: 0,
    },
    events: [{ atNs: 1e15, action: { kind: 'addBad', choice: NONE, failure: FAILS_WRITES } }],
    integrity: 'off',
  });
}

const NONE = {
  surface: 'main',
  listed: [],
  share: 0,
  clusters: { count: 0, sectorCount: 0 },
} as const;
const FAILS_WRITES = { fails: 'writes', lasts: 'for-ever', failedWrites: 0 } as const;

/** A device whose sector 0 holds 7 and fails every write, and what threads do with it. */
function failing(threadCount: number, product: ProductCode, published = false) {
  const plan = planFor(threadCount, published);
  const layout = layoutOf(plan);
  const words = new Int32Array(layout.wordCount);
  const runtime = product.runtime;
  runtime.attach(words);
  words[layout.badMain] = badWordOf(FAILS_WRITES);
  words[layout.main] = 7;
  const staging = (thread: number, which: number) =>
    layout.staging + (2 * thread + which) * layout.stagingWords;
  const memory = { words, layout, blocks: { copy: copyOf(product, words) } };
  const index = product.module<Stepped>('device/index');
  const { HealthWords } = product.module<Stepped>('device/health-words');
  const { RemapQueue } = product.module<Stepped>('device/remap-queue');
  const { FailureBooks } = product.module<Stepped>('device/failure-books');
  const lockOf = () =>
    finish(product.module<Stepped>('lock/index').lockOn('test-and-set', words, layout.targetLock));
  const health = new HealthWords(words, layout.healthWords, 1);
  const queue = new RemapQueue(words, layout.queue, 2);
  const books = new FailureBooks(health, queue);
  const deviceOf = (thread: number): Stepped =>
    finish(index.deviceOn(plan, memory, lockOf(), thread));
  const allocator: Stepped = finish(index.allocatorOn(plan, words, layout, lockOf()));
  const devices = Array.from({ length: threadCount + 1 }, (_, thread) => deviceOf(thread));
  const state = { acknowledged: [] as number[], seen: [] as number[][], moves: 0 };

  return {
    words,
    layout,
    state,
    queue,
    plan,
    lockOf,
    deviceOf,
    begin: () => {
      state.acknowledged = [];
      state.seen = Array.from({ length: threadCount }, () => []);
      state.moves = 0;
    },
    /** As ErrorRecovery has it. */
    *issue(thread: number, value: number): Steps<void> {
      words[staging(thread, 0)] = value;
      const device = devices[thread];
      for (;;) {
        const outcome: number = yield* device.write(thread, 0, 1, staging(thread, 0) * WORD_BYTES);
        if (outcome === Outcome.done) {
          state.acknowledged.push(value);
          return;
        }
        const failing: number = yield* device.failedLba();
        const spare: number = yield* device.failedSpare();
        if ((yield* books.book(failing, spare)) !== Advice.retry) return;
      }
    },
    *read(thread: number, times: number): Steps<void> {
      const target = staging(thread, 1);
      for (let time = 0; time < times; time++) {
        yield* devices[thread].read(thread, 0, 1, target * WORD_BYTES);
        state.seen[thread]?.push(words[target] as number);
      }
    },
    /** As RemapWorker has it, for one sector. */
    *serve(thread: number): Steps<void> {
      const device = devices[thread];
      let lba: number = NOTHING_WAITS;
      while (lba === NOTHING_WAITS) {
        const signal: number = yield* queue.signal();
        lba = yield* queue.take();
        if (lba === NOTHING_WAITS) yield* queue.sleep(signal, 1000);
      }
      const spare: number = yield* allocator.allocate(thread);
      yield* device.lockTarget(thread);
      const outcome: number = yield* device.relocate(lba, spare, 1);
      yield* device.unlockTarget(thread);
      if (outcome !== Outcome.done) return;
      yield* health.moved(lba, spare);
      state.moves++;
    },
    content: () => {
      const spare: number = finish(devices[0].spareOf(0));
      const at = spare < 0 ? layout.main : layout.spare + spare * SECTOR_WORDS;
      return words[at] as number;
    },
    waiting: () => finish(queue.take()) as number,
    subject: (parts: {
      readonly threads: readonly (() => Steps<void>)[];
      readonly begin: () => void;
      readonly judge: () => string | null;
    }) =>
      new ModuleSubject({
        name: `auto-remap-${memories++}`,
        code: product,
        words,
        threads: parts.threads,
        begin: parts.begin,
        judge: parts.judge,
        wordName: (word) => nameOf(layout, word),
      }),
  };
}

function nameOf({ regions }: ReturnType<typeof layoutOf>, word: number): string {
  const region = regions.findLast((one) => one.wordCount > 0 && one.word <= word);
  return region === undefined ? `words[${word}]` : `${region.name}[${word - region.word}]`;
}

/** A sector at a time, whole or not at all, as a disk writes it. */
function copyOf({ runtime }: ProductCode, words: Int32Array) {
  return function* copy(targetByte: number, sourceByte: number): Steps<void> {
    const target = targetByte / WORD_BYTES;
    const source = sourceByte / WORD_BYTES;
    runtime.announceCopy(target, source);
    yield;
    words.copyWithin(target, source, source + SECTOR_WORDS);
  };
}

function verdictOf(subject: ModuleSubject) {
  const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' } });
  return { kind: verdict.kind, fault: fault?.text ?? null };
}

const EXHAUSTED = { kind: 'pass-exhaustive', fault: null };

/** A write that fails, the worker, and whoever else is given. */
function corrected(product: ProductCode, others: 'nobody' | 'reader' | 'writer') {
  const workerThread = others === 'nobody' ? 1 : 2;
  const world = failing(workerThread, product);
  const { state } = world;
  const threads = [() => world.issue(0, 1)];
  if (others === 'reader') threads.push(() => world.read(1, 2));
  if (others === 'writer') threads.push(() => world.issue(1, 2));
  threads.push(() => world.serve(workerThread));
  const wanted = others === 'writer' ? [1, 2] : [1];
  return world.subject({
    threads,
    begin: world.begin,
    judge: () => {
      if (state.acknowledged.toSorted().join() !== wanted.join()) {
        return `Acknowledged were ${state.acknowledged.join(' and ')}.`;
      }
      if (state.moves !== 1) return `The sector was moved ${state.moves} times.`;
      if (world.waiting() !== NOTHING_WAITS) return 'The sector waits in the queue once more.';
      const held = world.content();
      if (!wanted.includes(held)) return `The sector holds ${held}, which was not written last.`;
      const [first, second] = state.seen[1] ?? [];
      if (first === 1 && second === 7) return 'A read went back in time.';
      return null;
    },
  });
}

describe('corrected', () => {
  test.each(['nobody', 'reader', 'writer'] as const)('a write that fails beside %s', (others) => {
    expect(verdictOf(corrected(code, others))).toEqual(EXHAUSTED);
  });

  test('would be seen to move a sector twice if everybody queued it', async () => {
    const patches: readonly Patch[] = [
      {
        file: 'device/health-words.js',
        find: 'return becomesQueued ? Booking.mustQueue : Booking.booked;',
        replace: 'return Booking.mustQueue;',
      },
    ];
    const mutant = await instrumentProduct(patches);
    const { kind, fault } = verdictOf(corrected(mutant, 'writer'));
    expect(kind).not.toBe('pass-exhaustive');
    expect(fault).toBe('The sector waits in the queue once more.');
  });
});

test('a failure that comes late would be seen to queue a sector that was moved already', async () => {
  const patches: readonly Patch[] = [
    {
      file: 'device/health-words.js',
      find: 'if (placeOf(state) !== spare)',
      replace: 'if (placeOf(state) !== spare && state === -1)',
    },
  ];
  const mutant = await instrumentProduct(patches);
  const { kind, fault } = verdictOf(corrected(mutant, 'writer'));
  expect(kind).toBe('fail');
  // The worker of this program moves one sector once.
  expect(fault).toMatch(/^No thread can go on: thread \d waits for a change of sector health/);
});

describe('as published', () => {
  test('two workers that both looked promote one sector twice (P3)', () => {
    const world = failing(2, code, true);
    const { words, layout, plan } = world;
    // The write that makes sector 0 due; both workers are handed it.
    finish(world.deviceOf(0).write(0, 0, 1, 0));
    const { targetControlOn } = code.module<Stepped>('device/index');
    const { NoWitness } = code.module<Stepped>('device/target-control');
    const { verdict, fault } = explore(
      world.subject({
        threads: [0, 1].map((thread) => {
          const control: Stepped = finish(
            targetControlOn(
              plan,
              { words, layout },
              {
                device: world.deviceOf(thread),
                targetLock: world.lockOf(),
                allocator: null,
                witness: new NoWitness(),
              },
            ),
          );
          return function* () {
            yield* control.autoRemap(thread, 0);
          };
        }),
        begin: () => {},
        judge: () => {
          const counted = words[layout.table + TargetTable.autoRemaps];
          return counted === 1 ? null : `The target counted ${counted} remaps of one sector.`;
        },
      }),
      { strategy: { kind: 'dpor' } },
    );
    expect(verdict.kind).toBe('fail');
    expect(fault?.text).toBe('The target counted 2 remaps of one sector.');
  });

  test('two completions at once count one error (P9)', () => {
    const world = failing(2, code, true);
    const { words, layout } = world;
    const { kind, fault } = verdictOf(
      world.subject({
        threads: [0, 1].map(
          (thread) =>
            function* () {
              yield* world.deviceOf(thread).write(thread, thread, 1, 0);
            },
        ),
        begin: () => {
          words[layout.badMain + 1] = badWordOf(FAILS_WRITES);
        },
        judge: () => {
          const counted = words[layout.table + TargetTable.writeErrors];
          return counted === 2 ? null : `The target counted ${counted} errors of 2.`;
        },
      }),
    );
    expect(kind).not.toBe('pass-exhaustive');
    expect(fault).toBe('The target counted 1 errors of 2.');
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import type { FaultControls } from '../../src/device/fault-controls.ts';
import type { FaultyMedium } from '../../src/device/faulty-medium.ts';
import type { Outcome } from '../../src/device/outcome.ts';
import type { PublishedSlotTable, RestoredEntries } from '../../src/device/published-slot-table.ts';
import type { RemapQueue } from '../../src/device/remap-queue.ts';
import type { Surface } from '../../src/device/surface.ts';
import {
  explore,
  instrumentProduct,
  ModuleSubject,
  type ProductCode,
  type Steps,
} from '../../src/explore/index.ts';
import { finish } from '../../src/explore/transform/runtime.ts';
import {
  FailureWord,
  FaultControl,
  type Layout,
  layoutOf,
  partOf,
  Queue,
  QueueCell,
  SECTOR_WORDS,
  StaleSlot,
  TargetTable,
  WORD_BYTES,
} from '../../src/memory/layout.ts';
import { DATA_FAULTS } from '../../src/scenario/plan.ts';
import { planWith } from '../support/plans.ts';

/**
 * Goal: parts of the device that several threads use without a lock: nothing of them races, and
 * each thread's answer is one that it could have had by itself.
 *
 * Method: one call a thread, every interleaving.
 *
 * Not covered: what a block copy moves; here it moves all at once.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

/** Every answer that the threads were given, in any interleaving, and the memory after each. */
function answersOf(
  words: Int32Array,
  threads: readonly (() => unknown)[],
  left: (words: Int32Array) => readonly number[],
): string[] {
  const given: unknown[] = [];
  const seen = new Set<string>();
  code.runtime.attach(words);
  const noting = (call: () => unknown, thread: number) =>
    function* steps(): Steps<void> {
      given[thread] = yield* call() as Steps;
    };
  const subject = new ModuleSubject({
    name: 'parts',
    code,
    words,
    threads: threads.map((call, thread) => noting(call, thread)),
    judge: (after) => {
      seen.add([...given, ...left(after)].join(' '));
      return null;
    },
  });
  const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
  expect(fault?.text ?? verdict.kind).toBe('pass-exhaustive');
  return [...seen].sort();
}

/** One call after the other, in one thread. */
const inTurn = (...calls: readonly (() => unknown)[]) =>
  function* steps(): Steps<string> {
    const answers: unknown[] = [];
    for (const call of calls) answers.push(yield* call() as Steps);
    return answers.join();
  };

describe('the latch of a surface', () => {
  const LATCH = 0;
  const FIRST = 1;
  const reading = (surface: Surface) =>
    inTurn(
      () => surface.enterAsReader(0),
      () => surface.leaveAsReader(0),
    );
  const turning = (surface: Surface, bit: number) => () => surface.flip(0, bit);
  const writing = (surface: Surface) => () => surface.write(0, 1, 0);

  test.each([
    ['two who turn bits', [0, 3], (of: Surface) => [turning(of, 0), turning(of, 1)]],
    ['one who reads and one who turns', [0, 1], (of: Surface) => [reading(of), turning(of, 0)]],
    ['two who read', [0, 0], (of: Surface) => [reading(of), reading(of)]],
    ['one who reads and one who writes', [0, 0], (of: Surface) => [reading(of), writing(of)]],
    ['one who turns and one who writes', [0, 1], (of: Surface) => [turning(of, 0), writing(of)]],
  ] as const)('%s: nobody is in at the end, and nothing is lost', (_who, left, threads) => {
    const words = new Int32Array(FIRST + SECTOR_WORDS);
    const { Surface: Made } = code.module<{
      Surface: new (...args: ConstructorParameters<typeof Surface>) => Surface;
    }>('device/surface');
    const shape = { first: FIRST, latches: LATCH, latchMask: 0, isLatched: true };
    const surface = new Made(words, () => {}, shape);
    const answers = answersOf(words, threads(surface), (after) => [
      after[LATCH] as number,
      after[FIRST] as number,
    ]);
    const ends = answers.map((answer) => answer.trim().split(' ').slice(-2).map(Number));
    expect(ends).toEqual([left]);
  });
});

describe('a medium that fails', () => {
  const plan = planWith({
    device: { sectorCount: 8, spare: { sectorCount: 4 } },
    load: { threadCount: 2, blockSizes: [{ sectorCount: 1, weight: 1 }] },
    integrity: 'off',
    faults: {
      thread: null,
      badSectors: [],
      corruption: [{ name: '', enabled: true, kind: 'stale-read', rate: null, nth: 1, thread: 0 }],
    },
  });
  const layout = layoutOf(plan);
  const slotWord = (slot: number) => layout.staleSlots + slot * StaleSlot.wordCount;

  /** Two threads of load; a write of the second is to be hidden, in slot 5 if it is free. */
  function arranged() {
    const words = new Int32Array(layout.wordCount);
    const copy = (target: number, source: number, bytes: number) =>
      void words.copyWithin(
        target / WORD_BYTES,
        source / WORD_BYTES,
        (source + bytes) / WORD_BYTES,
      );
    const { FaultyMedium: Medium } = code.module<{
      FaultyMedium: new (...args: ConstructorParameters<typeof FaultyMedium>) => FaultyMedium;
    }>('device/faulty-medium');
    const { FaultControls: Controls } = code.module<{
      FaultControls: new (...args: ConstructorParameters<typeof FaultControls>) => FaultControls;
    }>('device/fault-controls');
    const [first, second] = [0, 1].map((thread) => {
      const own = partOf(layout.failures, thread, FailureWord.wordCount);
      words[own + FailureWord.order] = DATA_FAULTS.indexOf('stale-read') + 1;
      words[own + FailureWord.parameter] = 5;
      const shape = { sectorCount: 8, spareCount: 4, own, cuts: false, hidesStale: true };
      return new Medium(words, layout, copy, shape);
    }) as [FaultyMedium, FaultyMedium];
    return { words, first, second, controls: new Controls(words, layout) };
  }

  const staging = layout.staging * WORD_BYTES;
  const slots = (words: Int32Array) => [5, 6].map((slot) => words[slotWord(slot)] as number);

  test('two writes that hide what was there take a slot each', () => {
    const { words, first, second } = arranged();
    const threads = [() => first.writeMain(0, 1, staging), () => second.writeMain(3, 1, staging)];
    expect(answersOf(words, threads, slots)).toEqual(['0 0 1 1']);
  });

  test('a slot is given back by a reader, and taken by a writer', () => {
    const { words, first, second } = arranged();
    code.runtime.attach(words);
    for (const _ of first.writeMain(0, 1, staging) as unknown as Steps);
    const threads = [() => first.readMain(0, 1, staging), () => second.writeMain(3, 1, staging)];
    expect(answersOf(words, threads, slots)).toEqual(['0 0 0 1', '0 0 1 0']);
  });

  test('a request waits for the end of a stall, whichever way it ends', () => {
    const { words, first, controls } = arranged();
    const { done, powerOff } = code.module<{ Outcome: typeof Outcome }>('device/outcome').Outcome;
    const flushBeside = (order: () => void) =>
      answersOf(words, [() => first.flushMain(), order], () => []);
    expect(flushBeside(() => controls.cutPower())).toEqual([`${done} `, `${powerOff} `]);
    words[layout.faultControl + FaultControl.stall] = 1;
    expect(flushBeside(() => controls.resume())).toEqual([`${done} `]);
    expect(flushBeside(() => controls.cutPower())).toEqual([`${powerOff} `]);
  });
});

describe("the target's table as published", () => {
  const layout = { table: 0, tableSlots: 8, tableCapacity: 2 } as Layout;
  /** What instrumented code calls answers as such code does. */
  const answering = (value: number) =>
    function* steps(): Steps<number> {
      yield* [];
      return value;
    };
  const image = { lbaOf: answering(7), spareOf: answering(1) } as unknown as RestoredEntries;

  test.each([
    ['a remap', 0, 'true', (table: PublishedSlotTable) => table.insert(7, 1)],
    ['a promotion', 0, 'true', (table: PublishedSlotTable) => table.promote(0)],
    ['clear', 1, 'false', (table: PublishedSlotTable) => table.clear()],
    ['restore', 1, 'false', (table: PublishedSlotTable) => table.restore(image, 1)],
  ] as const)('whether it holds anything is looked at beside %s', (_what, used, after, change) => {
    const words = new Int32Array(20);
    words[layout.table + TargetTable.used] = used;
    const { PublishedSlotTable: Table } = code.module<{
      PublishedSlotTable: new (words: Int32Array, layout: Layout) => PublishedSlotTable;
    }>('device/published-slot-table');
    const table = new Table(words, layout);
    const answers = answersOf(words, [() => table.mayHold(), () => change(table)], () => []);
    const told = answers.map((answer) => answer.split(' ')[0]);
    expect(new Set(told)).toEqual(new Set(['true', 'false']));
    expect(told).toContain(after);
  });
});

describe('the remap queue', () => {
  const CELLS = 4;

  function queueOf(words: Int32Array): RemapQueue {
    const { RemapQueue: Made } = code.module<{
      RemapQueue: new (...args: ConstructorParameters<typeof RemapQueue>) => RemapQueue;
    }>('device/remap-queue');
    return new Made(words, 0, CELLS);
  }

  const waiting = (words: Int32Array) => {
    const lbas: number[] = [];
    const tail = words[Queue.tail] as number;
    for (let at = words[Queue.head] as number; at < tail; at++) {
      lbas.push(words[Queue.cells + (at % CELLS) * QueueCell.wordCount + QueueCell.lba] as number);
    }
    return lbas;
  };

  test('a put that comes late, after two others, moves nothing back', () => {
    const words = new Int32Array(Queue.cells + CELLS * QueueCell.wordCount);
    code.runtime.attach(words);
    const queue = queueOf(words);
    const put = (lba: number) => () => queue.put(lba);
    expect(answersOf(words, [inTurn(put(5)), inTurn(put(6), put(7))], waiting)).toEqual([
      'true true,true 5 6 7',
      'true true,true 6 5 7',
      'true true,true 6 7 5',
    ]);
  });

  test('nor does a take', () => {
    const words = new Int32Array(Queue.cells + CELLS * QueueCell.wordCount);
    code.runtime.attach(words);
    const queue = queueOf(words);
    for (const lba of [5, 6, 7]) finish(queue.put(lba));
    const take = () => queue.take();
    expect(answersOf(words, [inTurn(take), inTurn(take, take)], waiting)).toEqual([
      '5 6,7',
      '6 5,7',
      '7 5,6',
    ]);
  });

  test('how deep it was is looked at beside a put', () => {
    const words = new Int32Array(Queue.cells + CELLS * QueueCell.wordCount);
    const queue = queueOf(words);
    const threads = [() => queue.deepest(), () => queue.put(5)];
    expect(answersOf(words, threads, waiting)).toEqual(['0 true 5', '1 true 5']);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import { badWordOf } from '../../src/device/bad-sectors.ts';
import { LogKind, loggedIn } from '../../src/device/write-log.ts';
import {
  explore,
  instrumentProduct,
  ModuleSubject,
  type ProductCode,
  type Steps,
} from '../../src/explore/index.ts';
import { finish } from '../../src/explore/transform/runtime.ts';
import {
  FaultControl,
  type Layout,
  LogEntry,
  LogWord,
  Queue,
  QueueCell,
  SECTOR_WORDS,
  STRIDE,
} from '../../src/memory/layout.ts';

/**
 * Goal: what says that a change is one atomic operation is right: two calls at once come to what
 * the same two come to one after the other, in what they answer and in what they leave behind.
 *
 * Method: each pair of calls from each beginning, exhausted, data races being faults; the outcomes
 * of both orders are tried out beforehand.
 *
 * Not covered: three calls at once.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

// biome-ignore lint/suspicious/noExplicitAny: instrumented methods are generators.
type Stepped = any;

interface Pairing {
  readonly module: string;
  readonly name: string;
  readonly wordCount: number;
  /** Objects are built by each thread for itself. */
  readonly make: (made: Stepped, words: Int32Array) => Stepped;
  readonly beginnings: readonly (readonly (readonly [word: number, value: number])[])[];
  readonly calls: readonly (readonly [method: string, ...args: unknown[]])[];
}

const [READ_ONCE, WRITE_ONCE, TWICE, FOR_EVER] = [
  badWordOf({ fails: 'reads', lasts: 'once', failedWrites: 0 }),
  badWordOf({ fails: 'writes', lasts: 'once', failedWrites: 0 }),
  badWordOf({ fails: 'both', lasts: 'until-rewritten', failedWrites: 2 }),
  badWordOf({ fails: 'both', lasts: 'for-ever', failedWrites: 0 }),
];
const STALE_IN_3 = 32 | (3 << 6);
const QUEUED = 1 << 7;
const ON_SPARE_4 = 5 << 8;

const PAIRINGS: readonly Pairing[] = [
  {
    module: 'device/bad-sectors',
    name: 'BadSectors',
    wordCount: 2,
    make: (made, words) => new made(words, 1),
    beginnings: [0, READ_ONCE, WRITE_ONCE, TWICE, FOR_EVER, 16, STALE_IN_3].map((state) => [
      [1, state as number],
    ]),
    calls: [
      ['set', 0, READ_ONCE],
      ['isBad', 0],
      ['isUnreadable', 0],
      ['isLost', 0],
      ['firstFailingRead', 0, 1],
      ['firstFailingWrite', 0, 1],
      ['rewritten', 0, 1],
      ['lose', 0],
      ['hideBehind', 0, 5],
      ['takeHidden', 0],
    ],
  },
  {
    module: 'device/health-words',
    name: 'HealthWords',
    wordCount: 2,
    make: (made, words) => new made(words, 1, 2),
    beginnings: [0, 1, 2, 2 | QUEUED, ON_SPARE_4, ON_SPARE_4 | 1].map((state) => [[1, state]]),
    calls: [
      ['failed', 0, -1],
      ['failed', 0, 4],
      ['isQueued', 0],
      ['spareOf', 0],
      ['moved', 0, 6],
      ['giveUp', 0],
      ['healthOf', 0],
    ],
  },
  {
    module: 'device/reservation-bitmap',
    name: 'ReservationBitmap',
    wordCount: 2,
    make: (made, words) => new made(words, 1),
    beginnings: [0, 1, -1 << 3, -1].map((state) => [[1, state]]),
    calls: [
      ['set', 1],
      ['take', 0, 2],
      ['takeLowest', 0, 3],
      ['freeNow', 0, 3],
      ['clear', 1],
    ],
  },
  {
    module: 'device/remap-queue',
    name: 'RemapQueue',
    wordCount: Queue.cells + 2 * QueueCell.wordCount,
    make: (made, words) => new made(words, 0, 2),
    beginnings: [
      [],
      // One waits.
      [
        [Queue.tail, 1],
        [Queue.cells + QueueCell.turn, 1],
        [Queue.cells + QueueCell.lba, 9],
        [Queue.deepest, 1],
      ],
      // Full, and round once.
      [
        [Queue.head, 2],
        [Queue.tail, 4],
        [Queue.cells + QueueCell.turn, 3],
        [Queue.cells + QueueCell.lba, 7],
        [Queue.cells + QueueCell.wordCount + QueueCell.turn, 3],
        [Queue.cells + QueueCell.wordCount + QueueCell.lba, 8],
        [Queue.deepest, 2],
      ],
    ],
    calls: [['put', 3], ['put', 4], ['signal'], ['dismiss'], ['isDismissed'], ['overflowCount']],
  },
  {
    module: 'device/fault-controls',
    name: 'FaultControls',
    wordCount: 3 * STRIDE,
    make: (made, words) =>
      new made(words, { faultControl: 0, faultSwitches: STRIDE, badMain: 2 * STRIDE, badSpare: 0 }),
    beginnings: [[], [[FaultControl.stall, 1]]],
    calls: [
      ['stall'],
      ['resume'],
      ['cutPower'],
      ['setCorrupting', 0, true],
      ['setBad', 'main', 0, 1],
    ],
  },
];

interface Outcome {
  readonly answers: readonly unknown[];
  readonly words: readonly number[];
}

/** Threads over words that begin as they are, and what they come to one after the other. */
function pairOf(
  pairing: Pairing,
  beginning: Pairing['beginnings'][number],
  calls: readonly Call[],
) {
  const words = new Int32Array(pairing.wordCount);
  for (const [word, value] of beginning) words[word] = value;
  code.runtime.attach(words);
  const made = code.module<Stepped>(pairing.module)[pairing.name];
  const objects = calls.map(() => finish<Stepped>(pairing.make(made, words)));
  const answers: unknown[] = [];
  const ask = (thread: number): Stepped => {
    const [method, ...args] = calls[thread] as Call;
    return objects[thread][method](...args);
  };
  const seen = (): Outcome => ({
    answers: [...answers],
    words: [...words],
  });
  const image = words.slice();
  const orders = [
    [0, 1],
    [1, 0],
  ].map((order) => {
    for (const thread of order) answers[thread] = finish(ask(thread));
    const outcome = JSON.stringify(seen());
    words.set(image);
    return outcome;
  });
  const subject = new ModuleSubject({
    name: `pair-${pairing.name}`,
    code,
    words,
    threads: calls.map((_, thread) => () => {
      return (function* (): Steps<void> {
        answers[thread] = yield* ask(thread);
      })();
    }),
    judge: () => {
      const outcome = JSON.stringify(seen());
      return orders.includes(outcome) ? null : `${outcome} is neither of ${orders.join(' and ')}`;
    },
  });
  return subject;
}

type Call = Pairing['calls'][number];

describe.each(PAIRINGS)('$name', (pairing) => {
  const pairs = pairing.calls.flatMap((one, place) =>
    pairing.calls.slice(place).map((other) => [one, other] as const),
  );
  test.each(pairs.map((pair) => [pair] as const))('%j', (pair) => {
    for (const beginning of pairing.beginnings) {
      const subject = pairOf(pairing, beginning, pair);
      const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
      expect({ beginning, verdict, fault }).toEqual({
        beginning,
        verdict: { kind: 'pass-exhaustive' },
        fault: null,
      });
    }
  });
});

test.each(['moved', 'giveUp'])('who waits for a sector to be served goes on after %s', (method) => {
  const words = Int32Array.of(0, 2 | QUEUED);
  code.runtime.attach(words);
  const { HealthWords } = code.module<Stepped>('device/health-words');
  const [waiter, worker] = [0, 1].map(() => finish<Stepped>(new HealthWords(words, 1, 2)));
  const subject = new ModuleSubject({
    name: 'served',
    code,
    words,
    threads: [() => waiter.awaitServed(0), () => worker[method](0, 6)],
  });
  const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
  expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
});

describe('a queue of two between threads', () => {
  /** Takes until something is there; what is given back is in the order of the putting. */
  function* taking(queue: Stepped, count: number, into: number[]): Steps<void> {
    while (into.length < count) {
      const seen = (yield* queue.signal()) as number;
      const lba = (yield* queue.take()) as number;
      if (lba >= 0) into.push(lba);
      else yield* queue.sleep(seen, Number.POSITIVE_INFINITY);
    }
  }

  test('nothing is lost, nothing comes twice, and nobody sleeps through it', () => {
    const words = new Int32Array(Queue.cells + 2 * QueueCell.wordCount);
    code.runtime.attach(words);
    const { RemapQueue } = code.module<Stepped>('device/remap-queue');
    const queueOf = (): Stepped => finish(new RemapQueue(words, 0, 2));
    const queues = [queueOf(), queueOf(), queueOf()];
    const taken: number[] = [];
    const subject = new ModuleSubject({
      name: 'queue',
      code,
      words,
      begin: () => {
        taken.length = 0;
      },
      threads: [
        () =>
          (function* (): Steps<void> {
            yield* queues[0].put(5);
            yield* queues[0].put(6);
          })(),
        () => taking(queues[1], 2, taken),
      ],
      judge: () => (taken.join() === '5,6' ? null : `taken: ${taken}`),
    });
    const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });

  test('two takers share what there is', () => {
    const words = new Int32Array(Queue.cells + 2 * QueueCell.wordCount);
    code.runtime.attach(words);
    const { RemapQueue } = code.module<Stepped>('device/remap-queue');
    const queueOf = (): Stepped => finish(new RemapQueue(words, 0, 2));
    const queues = [queueOf(), queueOf(), queueOf()];
    finish(queues[0].put(5));
    const answers: number[] = [];
    const subject = new ModuleSubject({
      name: 'takers',
      code,
      words,
      threads: queues.map(
        (queue, thread) => () =>
          (function* (): Steps<void> {
            answers[thread] = (yield* thread === 0 ? queue.put(6) : queue.take()) as number;
          })(),
      ),
      judge: () => {
        const [, ...taken] = answers;
        const found = taken.filter((lba) => lba >= 0);
        const isOnce = new Set(found).size === found.length;
        return isOnce && found.includes(5) ? null : `taken: ${taken}`;
      },
    });
    const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });
});

describe('a rendezvous', () => {
  test.each([2, 3])('of %i: nobody goes on before all have come, time and again', (count) => {
    const words = new Int32Array(3);
    code.runtime.attach(words);
    const { Rendezvous } = code.module<Stepped>('lock/rendezvous');
    const meetings = count === 2 ? 2 : 1;
    const come: number[] = [];
    const gone: string[] = [];
    const subject = new ModuleSubject({
      name: `rendezvous-${count}`,
      code,
      words,
      begin: () => {
        come.length = 0;
        gone.length = 0;
      },
      threads: Array.from({ length: count }, (_, thread) => () => {
        const rendezvous: Stepped = finish(new Rendezvous(words, count));
        return (function* (): Steps<void> {
          for (let meeting = 1; meeting <= meetings; meeting++) {
            come[thread] = meeting;
            yield* rendezvous.meet();
            for (let other = 0; other < count; other++) {
              if ((come[other] ?? 0) < meeting) gone.push(`${thread} left ${other} behind`);
            }
          }
        })();
      }),
      judge: () => gone[0] ?? (words[0] === 0 && words[1] === meetings ? null : `left ${words}`),
    });
    const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });

  test('tickets are drawn once each, from 0', () => {
    const words = new Int32Array(3);
    code.runtime.attach(words);
    const { Rendezvous } = code.module<Stepped>('lock/rendezvous');
    const drawn: number[][] = [];
    const subject = new ModuleSubject({
      name: 'tickets',
      code,
      words,
      threads: [0, 1].map((thread) => () => {
        const rendezvous: Stepped = finish(new Rendezvous(words, 2));
        return (function* (): Steps<void> {
          drawn[thread] = [yield* rendezvous.ticket(), yield* rendezvous.ticket()];
        })();
      }),
      judge: () => {
        const tickets = drawn.flat().sort();
        return `${tickets}` === '0,1,2,3' ? null : `drawn ${tickets}`;
      },
    });
    const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });
});

test('what two threads take down at once is theirs: an entry each, and sectors of their own', () => {
  const entryCount = 4;
  const layout = { log: 0, logSectors: 4096 } as Layout;
  const words = new Int32Array(LogWord.entries + entryCount * LogEntry.wordCount);
  code.runtime.attach(words);
  const { WriteLog } = code.module<Stepped>('device/write-log');
  const copies: { readonly word: number; readonly count: number; readonly from: number }[] = [];
  const copy = (target: number, from: number, bytes: number) => {
    copies.push({ word: target / 4, count: bytes / 4 / SECTOR_WORDS, from });
  };
  const room = { entryCount, sectorCount: 8 };
  const logs = [0, 1].map(() => finish<Stepped>(new WriteLog(words, layout, { copy }, room)));
  const issue = (thread: number) => ({ at: 5 + thread, count: 2 + thread, from: 4096 * thread });
  const subject = new ModuleSubject({
    name: 'log',
    code,
    words,
    begin: () => {
      copies.length = 0;
    },
    threads: logs.map((log, thread) => () => {
      const { at, count, from } = issue(thread);
      return (function* (): Steps<void> {
        yield* log.append(LogKind.issue, thread, at, count, from);
        yield* log.mark(LogKind.written, thread, at, count);
      })();
    }),
    judge: () => {
      const { entries, isFull } = loggedIn(words, layout, entryCount);
      if (entries.length !== entryCount || isFull) return `${entries.length} entries`;
      for (const [thread] of logs.entries()) {
        const { at, count, from } = issue(thread);
        const own = entries.filter((entry) => entry.thread === thread && entry.at === at);
        if (own.map(({ kind }) => kind).join() !== `${LogKind.issue},${LogKind.written}`)
          return `thread ${thread}: ${JSON.stringify(own)}`;
        const word = own[0]?.word;
        if (!copies.some((one) => one.word === word && one.count === count && one.from === from))
          return `thread ${thread}: ${JSON.stringify({ own, copies })}`;
      }
      const [first, second] = copies.toSorted((one, other) => one.word - other.word);
      if (first === undefined || second === undefined) return `${copies.length} copies`;
      return second.word === first.word + first.count * SECTOR_WORDS
        ? null
        : `one over the other: ${JSON.stringify(copies)}`;
    },
  });
  const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, races: 'fail' });
  expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
});

import { Access } from '../access.ts';
import { Port } from '../transform/runtime.ts';

/**
 * Shared words of a program that is played on real threads, one access at a time.
 *
 *     turn       step that is to be made next; whoever made the last raises it, all wait for it
 *     over       1 as soon as a thread found that the schedule does not fit, or waited too long
 *     sleepers   by thread: word slept on + 1, or 0, and since which step; written in a turn only
 *     log        by step: kind of access, word, what stood there before and after; by its thread
 */
const TURN = 0;
const OVER = 1;
const SLEEPERS = 2;
const SLEEPER_WORDS = 2;
const LOG_WORDS = 4;

export interface ScheduledStep {
  readonly thread: number;
  readonly kind: number;
  readonly word: number;
  readonly before: number;
  readonly after: number;
}

/** Who makes each step, and which steps are looks of spin(). */
export interface Turns {
  readonly control: Int32Array;
  readonly threads: Uint8Array;
  readonly looks: Uint8Array;
  readonly threadCount: number;
}

export function turnsFor(
  threads: readonly number[],
  looks: readonly boolean[],
  threadCount: number,
): Turns {
  const wordCount = SLEEPERS + threadCount * SLEEPER_WORDS + threads.length * LOG_WORDS;
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * wordCount)),
    threads: Uint8Array.from(threads),
    looks: Uint8Array.from(looks, Number),
    threadCount,
  };
}

/** What was done in each turn, once nobody is at it any more. */
export function stepsIn({ control, threads, threadCount }: Turns): ScheduledStep[] {
  const made = Math.min(control[TURN] as number, threads.length);
  return Array.from({ length: made }, (_, step) => {
    const at = logOf(step, threadCount);
    const [kind = 0, word = 0, before = 0, after = 0] = control.subarray(at, at + LOG_WORDS);
    return { thread: threads[step] as number, kind, word, before, after };
  });
}

function logOf(step: number, threadCount: number): number {
  return SLEEPERS + threadCount * SLEEPER_WORDS + step * LOG_WORDS;
}

/** Unwinds a thread that stands before an access which the schedule has no turn for. */
export class EndOfSchedule extends Error {
  override readonly name = 'EndOfSchedule';
}

/** A turn that does not come within this time never will. */
const PATIENCE_MS = 2000;
/** Looks at the turn before going to sleep: with a core to each thread it comes at once. */
const LOOKS = 200;

const real = { ...boundAtomics() };

/** What code under test may call; a copy taken before anything stands in for it. */
function boundAtomics() {
  const { load, store, add, sub, and, or, xor, exchange, compareExchange, wait, notify } = Atomics;
  return { load, store, add, sub, and, or, xor, exchange, compareExchange, wait, notify };
}

/**
 * One thread's place in the schedule. A turn is the same as a step of the engine: the access, and
 * what the thread does after it up to its next access or its end.
 */
export class TurnTaker {
  /** Port.step is the step being made, or made last; −1 before the first. */
  readonly port: Int32Array;
  readonly #turns: Turns;
  readonly #words: Int32Array;
  /** Threads that interrupt this one, and have not come yet. */
  readonly #interrupts: Map<number, () => void>;
  #thread: number;
  #isMaking = false;
  /** Word at which spin() looks on within one turn, or −1. */
  #lookedAt = -1;

  /** @param interrupts by their threads: run here, in the midst of things, when their turn comes */
  constructor(
    turns: Turns,
    words: Int32Array,
    thread: number,
    interrupts: ReadonlyMap<number, () => void> = new Map(),
  ) {
    this.#interrupts = new Map(interrupts);
    this.port = new Int32Array(Port.size);
    this.port[Port.step] = -1;
    this.#turns = turns;
    this.#words = words;
    this.#thread = thread;
  }

  get #step(): number {
    return this.port[Port.step] as number;
  }

  /** Before an access: hands the turn on and waits for the next of this thread. */
  before(kind: number, word: number): void {
    if (kind === Access.load && word === this.#lookedAt) return;
    this.after();
    this.#await();
    const { control, looks, threadCount } = this.#turns;
    this.#isMaking = true;
    this.#lookedAt = looks[this.#step] === 1 && kind === Access.load ? word : -1;
    const at = logOf(this.#step, threadCount);
    control[at] = kind;
    control[at + 1] = word;
    control[at + 2] = this.#words[word] as number;
  }

  /** What was begun is done: somebody else may go. Also when the thread has come to its end. */
  after(): void {
    if (!this.#isMaking) return;
    const { control, threadCount } = this.#turns;
    const at = logOf(this.#step, threadCount);
    control[at + 3] = this.#words[control[at + 1] as number] as number;
    this.#isMaking = false;
    this.#lookedAt = -1;
    real.add(control, TURN, 1);
    real.notify(control, TURN);
  }

  /**
   * Going to sleep on a word, as the engine has it: comparing is one step, and having been woken is
   * another. Who wakes is decided by the schedule, so nobody really sleeps but until his turn.
   */
  sleep(word: number, seen: number): 'not-equal' | 'ok' {
    this.before(Access.wait, word);
    if (this.#words[word] !== seen) return 'not-equal';
    const at = SLEEPERS + this.#thread * SLEEPER_WORDS;
    const { control } = this.#turns;
    control[at] = word + 1;
    control[at + 1] = this.#step;
    this.before(Access.woken, word);
    if (control[at] !== 0) this.#giveUp();
    return 'ok';
  }

  /** Wakes the first to have gone to sleep; returns how many. */
  wake(word: number, count: number): number {
    this.before(Access.notify, word);
    const { control, threadCount } = this.#turns;
    const asleep = Array.from({ length: threadCount }, (_, thread) => SLEEPERS + 2 * thread)
      .filter((at) => control[at] === word + 1)
      .sort((one, other) => (control[one + 1] as number) - (control[other + 1] as number))
      .slice(0, count);
    for (const at of asleep) control[at] = 0;
    return asleep.length;
  }

  #await(): void {
    const { control, threads } = this.#turns;
    let looks = 0;
    for (;;) {
      const turn = real.load(control, TURN);
      if (turn >= threads.length || real.load(control, OVER) === 1) throw new EndOfSchedule();
      const next = threads[turn] as number;
      if (next === this.#thread) {
        this.port[Port.step] = turn;
        return;
      }
      if (this.#interrupt(next)) continue;
      if (looks++ < LOOKS) continue;
      if (real.wait(control, TURN, turn, PATIENCE_MS) === 'timed-out') this.#giveUp();
    }
  }

  /** When the thread has come to its end: its processor still takes interrupts. */
  idle(): void {
    this.after();
    const { control, threads } = this.#turns;
    while (this.#interrupts.size > 0) {
      const turn = real.load(control, TURN);
      if (turn >= threads.length || real.load(control, OVER) === 1) return;
      if (this.#interrupt(threads[turn] as number)) continue;
      if (real.wait(control, TURN, turn, PATIENCE_MS) === 'timed-out') this.#giveUp();
    }
  }

  /** On this very thread, whatever it was about to do; false if that is no interrupt of it. */
  #interrupt(thread: number): boolean {
    const handler = this.#interrupts.get(thread);
    if (handler === undefined) return false;
    this.#interrupts.delete(thread);
    const interrupted = this.#thread;
    this.#thread = thread;
    handler();
    this.after();
    this.#thread = interrupted;
    return true;
  }

  #giveUp(): never {
    const { control } = this.#turns;
    real.store(control, OVER, 1);
    real.notify(control, TURN);
    throw new EndOfSchedule();
  }
}

/**
 * The memory for code under test: every access of it, plain or atomic, first waits for its turn.
 * From here on `Atomics` of this thread does so for this memory, and is itself for any other.
 */
export function turnByTurn(words: Int32Array, taker: TurnTaker): Int32Array {
  const view = new Proxy(words, {
    get: (target, key) => {
      const word = wordOf(key);
      if (word === null) return Reflect.get(target, key, target);
      taker.before(Access.read, word);
      return target[word];
    },
    set: (target, key, value) => {
      const word = wordOf(key);
      if (word === null) return Reflect.set(target, key, value, target);
      taker.before(Access.write, word);
      target[word] = value as number;
      return true;
    },
  });
  const standIn =
    (method: keyof typeof real, kind: number) =>
    (target: Int32Array, word: number, ...values: number[]) => {
      const isOurs = target === view;
      if (isOurs) taker.before(kind, word);
      return (real[method] as (...all: unknown[]) => unknown)(
        isOurs ? words : target,
        word,
        ...values,
      );
    };
  const stead: Record<string, unknown> = {
    load: standIn('load', Access.load),
    store: standIn('store', Access.store),
    compareExchange: standIn('compareExchange', Access.attempt),
    wait: (target: Int32Array, word: number, seen: number, timeout?: number) =>
      target === view ? taker.sleep(word, seen) : real.wait(target, word, seen, timeout),
    notify: (target: Int32Array, word: number, count = Number.POSITIVE_INFINITY) =>
      target === view ? taker.wake(word, count) : real.notify(target, word, count),
  };
  for (const method of ['add', 'sub', 'and', 'or', 'xor', 'exchange'] as const) {
    stead[method] = standIn(method, Access.change);
  }
  Object.assign(Atomics, stead);
  return view;
}

/** An index, from the name of a property. */
function wordOf(key: string | symbol): number | null {
  return typeof key === 'string' && /^[0-9]+$/.test(key) ? Number(key) : null;
}

import { Access } from '../access.ts';
import { type Fault, NO_FAULTS } from '../engine/fault.ts';
import type { Machine } from '../engine/machine.ts';
import { faultsAtEnd, livelock, lowestOf } from './execution.ts';

/**
 * How much of the tree of schedules is left out without leaving out an outcome.
 *
 *     none        nothing: every schedule
 *     sleep       sleep sets: no two schedules that differ only in the order of independent steps
 *                 are both run to the end
 *     dpor        also, a branch is taken only where a race that was seen calls for it
 */
export type Reduction = 'none' | 'sleep' | 'dpor';

/**
 * Every schedule, depth first, each execution run again from the beginning.
 *
 * `dpor` is dynamic partial-order reduction (C. Flanagan and P. Godefroid, POPL 2005) with source
 * sets (P. Abdulla et al., POPL 2014): when a step turns out to be dependent on an earlier one of
 * another thread and nothing else orders the two, the other order is tried from the state before
 * the earlier one, unless a branch from there leads to it anyway. Two steps are dependent if
 * they touch one word and one of them changes it; a compareExchange that failed changed nothing. A
 * thread that waits for a word to change may never come to its step, so its wish is looked at when
 * the word is written.
 *
 * An interrupt and the thread that it interrupts are never beside each other: their steps are in
 * the order in which they were made, and an interrupt is tried at every step where it may come.
 *
 * With a bound on pre-emptions every schedule within the bound is run, and no reduction is made:
 * together they would be unsound.
 */
export class DepthFirst {
  /** Executions cut short, since all that could follow had been seen. */
  cutCount = 0;
  executionCount = 0;
  readonly #machine: Machine;
  readonly #reduction: Reduction;
  readonly #preemptionBound: number;
  readonly #threadCount: number;
  /** By depth: sets of threads, one bit each. */
  readonly #enabled: Uint8Array;
  readonly #wanted: Uint8Array;
  readonly #done: Uint8Array;
  readonly #asleep: Uint8Array;
  readonly #chosen: Uint8Array;
  /** By depth: pre-emptions before it. */
  readonly #preemptions: Uint16Array;
  /** By step: what it touched, and whether it changed it; −1 for no word. */
  readonly #word: Int32Array;
  readonly #source: Int32Array;
  readonly #changed: Uint8Array;
  /** By step and thread: the last step of that thread that the step depends on, −1 for none. */
  readonly #after: Int32Array;
  /** By thread: its last step. */
  readonly #lastOf: Int32Array;
  /** By word: the last step that changed it, + 1; and, by thread, the last that read it, + 1. */
  readonly #lastChange: Int32Array;
  readonly #lastRead: Int32Array;
  readonly #touched: number[] = [];
  /** What the thread about to go depends on; for one step only. */
  readonly #row: Int32Array;
  /** Races of the step about to be made. */
  readonly #races: number[] = [];
  /** Steps of the current execution, and how many of them the next one has in common with it. */
  #depth = 0;
  #common = 0;

  constructor(machine: Machine, reduction: Reduction, preemptionBound = Number.POSITIVE_INFINITY) {
    const { threadCount } = machine;
    const bound = machine.who.length + 1;
    this.#machine = machine;
    this.#reduction = Number.isFinite(preemptionBound) ? 'none' : reduction;
    this.#preemptionBound = preemptionBound;
    this.#threadCount = threadCount;
    this.#enabled = new Uint8Array(bound);
    this.#wanted = new Uint8Array(bound);
    this.#done = new Uint8Array(bound);
    this.#asleep = new Uint8Array(bound);
    this.#chosen = new Uint8Array(bound);
    this.#preemptions = new Uint16Array(bound);
    this.#word = new Int32Array(bound);
    this.#source = new Int32Array(bound);
    this.#changed = new Uint8Array(bound);
    this.#after = new Int32Array(bound * threadCount);
    this.#lastOf = new Int32Array(threadCount);
    this.#lastChange = new Int32Array(machine.words.length);
    this.#lastRead = new Int32Array(machine.words.length * threadCount);
    this.#row = new Int32Array(threadCount);
  }

  /** The next execution: what is wrong with it. False when there is none left to run. */
  next(): readonly Fault[] | false {
    if (this.executionCount > 0 && !this.#backtrack()) return false;
    const machine = this.#machine;
    this.executionCount++;
    machine.begin();
    this.#forget();
    for (let depth = 0; depth < this.#common; depth++) this.#repeat(depth);
    for (let depth = this.#common; ; depth++) {
      this.#depth = depth;
      if (machine.fault !== null) return [machine.fault];
      // Where executions part, the state is known and the branch has been chosen.
      if (depth > this.#common || this.executionCount === 1) {
        if (!this.#arrive(depth)) {
          if (this.#enabled[depth] === 0) return faultsAtEnd(machine);
          this.cutCount++;
          return NO_FAULTS;
        }
        if (depth >= machine.who.length) return [livelock(machine)];
      }
      this.#go(depth);
    }
  }

  /** Whether the last execution ran to its end, so that it has an outcome. */
  get isComplete(): boolean {
    return this.#machine.alive() === 0;
  }

  /** To the deepest state with a branch left. */
  #backtrack(): boolean {
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      const last = 1 << (this.#chosen[depth] as number);
      this.#done[depth] = (this.#done[depth] as number) | last;
      if (this.#reduction !== 'none') this.#asleep[depth] = (this.#asleep[depth] as number) | last;
      const left =
        (this.#wanted[depth] as number) &
        ~((this.#done[depth] as number) | (this.#asleep[depth] as number));
      if (left === 0) continue;
      this.#chosen[depth] = lowestOf(left);
      this.#common = depth;
      return true;
    }
    return false;
  }

  #forget(): void {
    const n = this.#threadCount;
    for (const word of this.#touched) {
      this.#lastChange[word] = 0;
      this.#lastRead.fill(0, word * n, (word + 1) * n);
    }
    this.#touched.length = 0;
    this.#lastOf.fill(-1);
  }

  /** A step that the last execution made too: nothing is to be learnt from it. */
  #repeat(depth: number): void {
    const thread = this.#chosen[depth] as number;
    this.#machine.step(thread);
    if (this.#reduction === 'dpor') this.#remember(depth, thread);
    // The set of the enabled is not asked for, but time may have to pass.
    if (depth + 1 <= this.#common) this.#machine.enabled();
  }

  /** A state not seen before in this execution: who may go, and who goes first. */
  #arrive(depth: number): boolean {
    const enabled = this.#machine.enabled();
    this.#enabled[depth] = enabled;
    this.#done[depth] = 0;
    if (depth === 0) this.#asleep[0] = 0;
    const last = depth === 0 ? -1 : (this.#chosen[depth - 1] as number);
    const before = depth === 0 ? 0 : this.#preemptionsAfter(depth - 1);
    this.#preemptions[depth] = before;
    const goesOn = last >= 0 && ((enabled >> last) & 1) === 1;
    const mayGo = goesOn && before >= this.#preemptionBound ? 1 << last : enabled;
    const candidates = mayGo & ~(this.#asleep[depth] as number);
    if (candidates === 0) return false;
    const chosen = (candidates >> last) & 1 && last >= 0 ? last : lowestOf(candidates);
    this.#chosen[depth] = chosen;
    // When an interrupt comes is nobody's to grant: it is tried wherever it may.
    this.#wanted[depth] =
      this.#reduction === 'dpor' ? (1 << chosen) | this.#machine.pending(mayGo) : mayGo;
    return true;
  }

  #preemptionsAfter(depth: number): number {
    const before = this.#preemptions[depth] as number;
    if (depth === 0) return before;
    const last = this.#chosen[depth - 1] as number;
    const couldGoOn = (((this.#enabled[depth] as number) >> last) & 1) === 1;
    return couldGoOn && this.#chosen[depth] !== last ? before + 1 : before;
  }

  /** Makes the step chosen at this depth. */
  #go(depth: number): void {
    const machine = this.#machine;
    const thread = this.#chosen[depth] as number;
    if (this.#reduction === 'none') {
      machine.step(thread);
      return;
    }
    const kind = machine.kind[thread] as number;
    const isWaking = kind === Access.woken;
    this.#word[depth] = isWaking ? -1 : (machine.word[thread] as number);
    this.#source[depth] = kind === Access.copy ? (machine.source[thread] as number) : -1;
    this.#changed[depth] = !isWaking && machine.changes(thread) ? 1 : 0;
    this.#asleep[depth + 1] = this.#stillAsleep(depth, thread);
    if (this.#reduction === 'dpor') {
      this.#relate(depth, thread);
      this.#remember(depth, thread);
    }
    machine.step(thread);
  }

  /** Those asleep whose next step is independent of this one. */
  #stillAsleep(depth: number, thread: number): number {
    let asleep = (this.#asleep[depth] as number) & ~(1 << thread);
    for (let left = asleep; left !== 0; left &= left - 1) {
      const other = lowestOf(left);
      if (this.#isDependent(depth, other)) asleep &= ~(1 << other);
    }
    return asleep;
  }

  /** Whether what a thread stands at and the step made at this depth are dependent. */
  #isDependent(depth: number, other: number): boolean {
    const machine = this.#machine;
    const kind = machine.kind[other] as number;
    if (machine.sharesProcessor(this.#chosen[depth] as number, other)) return true;
    if (kind === Access.woken || kind === Access.none) return false;
    const changes = machine.changes(other);
    const word = machine.word[other] as number;
    if (this.#touches(depth, word, changes)) return true;
    return kind === Access.copy && this.#touches(depth, machine.source[other] as number, false);
  }

  #touches(depth: number, word: number, changes: boolean): boolean {
    const changed = this.#changed[depth] === 1;
    return (
      (word === this.#word[depth] && (changes || changed)) ||
      (changes && word === this.#source[depth])
    );
  }

  /** The races of the step about to be made, and what it comes after. */
  #relate(depth: number, thread: number): void {
    const n = this.#threadCount;
    const row = this.#row;
    const machine = this.#machine;
    const last = this.#lastOf[thread] as number;
    for (let other = 0; other < n; other++) {
      row[other] = last < 0 ? -1 : (this.#after[last * n + other] as number);
    }
    const word = this.#word[depth] as number;
    const source = this.#source[depth] as number;
    const changed = this.#changed[depth] === 1;
    for (let mate = 0; machine.hasInterrupts && mate < n; mate++) {
      if (mate !== thread && machine.sharesProcessor(mate, thread)) {
        this.#comeAfter(this.#lastOf[mate] as number);
      }
    }
    this.#races.length = 0;
    if (word >= 0) this.#findRaces(word, changed, thread);
    if (source >= 0) this.#findRaces(source, false, thread);
    if (word >= 0) this.#comeAfterAll(word, changed);
    if (source >= 0) this.#comeAfterAll(source, false);
    if (word < 0) this.#comeAfter(machine.wokenAt[thread] as number);
    for (const race of this.#races) this.#want(race, thread, depth);
    row[thread] = depth;
    this.#after.set(row, depth * n);
    if (changed && word >= 0) this.#grantWaiters(depth, thread, word);
  }

  /**
   * Steps of other threads that this one is dependent on, with nothing in between that orders them:
   * reads since the last change, or that change if nobody has read it.
   */
  #findRaces(word: number, changes: boolean, thread: number): void {
    const lastChange = (this.#lastChange[word] as number) - 1;
    let isRead = false;
    for (let other = 0; changes && other < this.#threadCount; other++) {
      const read = (this.#lastRead[word * this.#threadCount + other] as number) - 1;
      if (read <= lastChange) continue;
      isRead = true;
      if (this.#unordered(read, thread) >= 0) this.#races.push(read);
    }
    if (!isRead && this.#unordered(lastChange, thread) >= 0) this.#races.push(lastChange);
  }

  #unordered(step: number, thread: number): number {
    if (step < 0) return -1;
    const by = this.#chosen[step] as number;
    return by !== thread && step > (this.#row[by] as number) ? step : -1;
  }

  #comeAfterAll(word: number, changes: boolean): void {
    const n = this.#threadCount;
    this.#comeAfter((this.#lastChange[word] as number) - 1);
    if (!changes) return;
    for (let other = 0; other < n; other++) {
      this.#comeAfter((this.#lastRead[word * n + other] as number) - 1);
    }
  }

  #comeAfter(step: number): void {
    if (step < 0) return;
    const n = this.#threadCount;
    const row = this.#row;
    for (let other = 0; other < n; other++) {
      const known = this.#after[step * n + other] as number;
      if (known > (row[other] as number)) row[other] = known;
    }
  }

  /**
   * The other order is wanted. What came after that step and does not depend on it, and then this
   * thread's step, can also come before it; a branch is taken for one of the threads that may begin
   * that, unless there is one for such a thread already, or was.
   */
  #want(step: number, thread: number, depth: number): void {
    const n = this.#threadCount;
    const by = this.#chosen[step] as number;
    let begun = 0;
    let first = 0;
    for (let later = step + 1; later < depth; later++) {
      const other = this.#chosen[later] as number;
      const bit = 1 << other;
      if ((begun & bit) !== 0 || (this.#after[later * n + by] as number) >= step) continue;
      begun |= bit;
      if (this.#isFirstAfter(step, other, this.#after, later * n, -1)) first |= bit;
    }
    const own = 1 << thread;
    if ((begun & own) === 0 && this.#isFirstAfter(step, thread, this.#row, 0, by)) first |= own;
    const enabled = this.#enabled[step] as number;
    first &= enabled;
    const known = (this.#wanted[step] as number) | (this.#asleep[step] as number);
    if ((known & first) !== 0) return;
    const add = first === 0 ? enabled : (first & own) !== 0 ? own : first & -first;
    this.#wanted[step] = (this.#wanted[step] as number) | add;
  }

  /** Whether a step of a thread depends on no other thread's step after that one. */
  #isFirstAfter(
    step: number,
    thread: number,
    rows: Int32Array,
    row: number,
    except: number,
  ): boolean {
    for (let other = 0; other < this.#threadCount; other++) {
      if (other !== thread && other !== except && (rows[row + other] as number) > step)
        return false;
    }
    return true;
  }

  /** Threads that wait for this word to change, and could have gone on before this step. */
  #grantWaiters(depth: number, thread: number, word: number): void {
    const machine = this.#machine;
    for (let other = 0; other < this.#threadCount; other++) {
      if (other === thread || machine.kind[other] !== Access.until) continue;
      if (machine.word[other] !== word) continue;
      const bit = 1 << other;
      if (((this.#enabled[depth] as number) & bit) === 0) continue;
      this.#wanted[depth] = (this.#wanted[depth] as number) | bit;
    }
  }

  #remember(depth: number, thread: number): void {
    const n = this.#threadCount;
    this.#lastOf[thread] = depth;
    const word = this.#word[depth] as number;
    const source = this.#source[depth] as number;
    if (word >= 0) {
      this.#touched.push(word);
      if (this.#changed[depth] === 1) this.#lastChange[word] = depth + 1;
      else this.#lastRead[word * n + thread] = depth + 1;
    }
    if (source >= 0) {
      this.#touched.push(source);
      this.#lastRead[source * n + thread] = depth + 1;
    }
  }
}

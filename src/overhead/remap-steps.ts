import { stampNs } from '../clock.ts';
import { initialiseDevice } from '../device/index.ts';
import { NO_SPARE } from '../device/spare-allocator.ts';
import type { SpareWitness } from '../device/target-control.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import { createMemory, touchPages } from '../memory/attach.ts';
import { type Plan, targetLockKindOf } from '../scenario/plan.ts';
import { type MessageTarget, messageTargetOn } from '../target/messages.ts';

/** What a remap consists of, in ns of one call. `floor` is a reading of the clock and the next. */
export const STEPS = ['floor', 'lock', 'scan', 'allocation', 'entry'] as const;
export type Step = (typeof STEPS)[number];

const THREAD = 0;

/** Readings of one remap, in their order. */
const At = {
  begin: 0,
  beginAgain: 1,
  asked: 2,
  held: 3,
  asking: 4,
  answered: 5,
  done: 6,
  released: 7,
  count: 8,
} as const;

/**
 * The steps of a remap message, measured in it: the target lock and the witness of its allocation,
 * both of them there for every target, read the clock.
 *
 *     lock        taking the target lock, and giving it back
 *     scan        looking for the LBA among those remapped already
 *     allocation  the allocator's call, cache and bitmap, with its own lock
 *     entry       writing the new mapping down
 *
 * On shared memory of its own, filled as a path's is, so that both come to the same number of
 * entries round by round. Words and answers of the message are around these steps, and in none.
 */
export class RemapSteps {
  readonly #target: MessageTarget;
  readonly #witness: StampingWitness;
  readonly #times = new Float64Array(At.count);

  /** @param plan as devicePlanOf() makes it */
  constructor(plan: Plan) {
    const memory = createMemory(plan);
    touchPages(memory, 0, 1);
    initialiseDevice(plan, memory);
    const { words, layout } = memory;
    const lock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
    this.#witness = new StampingWitness(this.#times);
    this.#target = messageTargetOn(plan, memory, THREAD, {
      witness: this.#witness,
      targetLock: new StampingLock(lock, this.#times),
    });
  }

  /** Remaps an LBA that is not remapped; ns of each step into `into`. False: no spare was left. */
  remap(lba: number, into: Float64Array): boolean {
    const text = `remap ${lba}`;
    const times = this.#times;
    this.#witness.isGranted = false;
    stampNs(times, At.begin);
    stampNs(times, At.beginAgain);
    this.#target.message(text);
    into[0] = this.#between(At.begin, At.beginAgain);
    into[1] = this.#between(At.asked, At.held) + this.#between(At.done, At.released);
    into[2] = this.#between(At.held, At.asking);
    into[3] = this.#between(At.asking, At.answered);
    into[4] = this.#between(At.answered, At.done);
    return this.#witness.isGranted;
  }

  #between(from: number, to: number): number {
    return (this.#times[to] as number) - (this.#times[from] as number);
  }
}

class StampingLock implements Lock {
  readonly #inner: Lock;
  readonly #times: Float64Array;

  constructor(inner: Lock, times: Float64Array) {
    this.#inner = inner;
    this.#times = times;
  }

  acquire(thread: number): number {
    stampNs(this.#times, At.asked);
    const waited = this.#inner.acquire(thread);
    stampNs(this.#times, At.held);
    return waited;
  }

  release(thread: number): void {
    stampNs(this.#times, At.done);
    this.#inner.release(thread);
    stampNs(this.#times, At.released);
  }
}

class StampingWitness implements SpareWitness {
  readonly #times: Float64Array;
  isGranted = false;

  constructor(times: Float64Array) {
    this.#times = times;
  }

  asking(): void {
    stampNs(this.#times, At.asking);
  }

  answered(_thread: number, _lba: number, spare: number): void {
    stampNs(this.#times, At.answered);
    this.isGranted = spare !== NO_SPARE;
  }

  adopted(): void {}
  returning(): void {}
  returned(): void {}
  forgotten(): void {}
}

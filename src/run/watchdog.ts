import type { Memory } from '../memory/attach.ts';
import { ThreadFloat, ThreadStatus, WAITING_FOR } from '../memory/layout.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';
import type { Plan } from '../scenario/plan.ts';

/**
 * Notices a thread that no longer gets anywhere: one that has completed no operation for the
 * watchdog's time although it is neither finished nor asleep on purpose.
 */
export class Watchdog {
  readonly #plan: Plan;
  readonly #memory: Memory;
  readonly #threads: readonly ThreadCounters[];
  readonly #operations: Float64Array;
  readonly #movedNs: Float64Array;

  constructor(plan: Plan, memory: Memory, threads: readonly ThreadCounters[], startNs: number) {
    this.#plan = plan;
    this.#memory = memory;
    this.#threads = threads;
    this.#operations = new Float64Array(threads.length);
    this.#movedNs = new Float64Array(threads.length).fill(startNs);
  }

  /** The thread that has stood still for too long, or null. To be asked every few milliseconds. */
  stalledThread(now: number): number | null {
    for (const [thread, counters] of this.#threads.entries()) {
      const operations = counters.get(ThreadFloat.operations);
      const asleepUntil = counters.get(ThreadFloat.idleUntilNs);
      if (operations !== this.#operations[thread] || counters.status !== ThreadStatus.running) {
        this.#operations[thread] = operations;
        this.#movedNs[thread] = now;
        continue;
      }
      // Sleep on purpose counts as moving, for as long as it was meant to last and no longer.
      const restedNs = Math.min(now, asleepUntil);
      const movedNs = Math.max(this.#movedNs[thread] as number, restedNs);
      this.#movedNs[thread] = movedNs;
      if (now - movedNs > this.#plan.watchdogNs) return thread;
    }
    return null;
  }

  /** The device serves nothing, as planned: nobody can be expected to get anywhere. */
  excuse(now: number): void {
    this.#movedNs.fill(now);
  }

  /** What a stalled thread waits for, and who holds that, as the end of a sentence; or ''. */
  blameFor(thread: number): string {
    const { words, layout } = this.#memory;
    const { waitingFor } = this.#threads[thread] as ThreadCounters;
    if (waitingFor === WAITING_FOR.nothing) return '';
    const isAllocation = waitingFor === WAITING_FOR.allocationLock;
    const holder = words[isAllocation ? layout.allocationHolder : layout.targetHolder] as number;
    const name = isAllocation ? 'allocation lock' : 'target lock';
    const held = holder <= 0 ? 'which nobody holds' : `held by thread ${holder - 1}`;
    return `: it waits for the ${name}, ${held}`;
  }

  /** Who holds and who waits, one line each. `dead` is a thread known to be gone. */
  describe(now: number, dead: number | null = null): string[] {
    const { words, layout } = this.#memory;
    const lines = [
      holderLine('allocation lock', words[layout.allocationHolder] as number),
      holderLine('target lock', words[layout.targetHolder] as number),
    ];
    for (const [thread, counters] of this.#threads.entries()) {
      const stillMs = Math.round((now - (this.#movedNs[thread] as number)) / 1e6);
      const operations = counters.get(ThreadFloat.operations);
      const state = thread === dead ? 'dead' : stateOf(counters);
      lines.push(
        `thread ${thread}: ${state}; ${operations} operations, the last ${stillMs} ms ago`,
      );
    }
    return lines;
  }
}

function holderLine(name: string, mark: number): string {
  return `${name}: ${mark <= 0 ? 'free' : `held by thread ${mark - 1}`}`;
}

function stateOf(counters: ThreadCounters): string {
  switch (counters.status) {
    case ThreadStatus.absent:
      return 'never started';
    case ThreadStatus.ready:
      return 'waiting at the start gate';
    case ThreadStatus.finished:
      return 'finished';
    case ThreadStatus.failed:
      return 'failed';
  }
  if (counters.waitingFor === WAITING_FOR.allocationLock) return 'waiting for the allocation lock';
  if (counters.waitingFor === WAITING_FOR.targetLock) return 'waiting for the target lock';
  if (counters.get(ThreadFloat.idleUntilNs) === Number.POSITIVE_INFINITY) {
    return 'waiting for another job to end';
  }
  if (counters.get(ThreadFloat.idleUntilNs) > 0) return 'asleep until its next arrival';
  return 'running';
}

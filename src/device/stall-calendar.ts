import type { StallPlan } from '../scenario/plan.ts';

/**
 * When the device stands still: from `at` for so long, once or again and again. What is being
 * served then goes on where it stopped, and what begins then begins at the end.
 *
 * Together the stalls must leave time in which the device serves; the rules of scenarios see to it.
 */
export class StallCalendar {
  readonly #stalls: readonly StallPlan[];

  constructor(stalls: readonly StallPlan[]) {
    this.#stalls = stalls;
  }

  /**
   * When work that begins at `span[begin]` is done, which takes `span[work]` while the device
   * serves; put into `span[end]`. All in ns since the gate.
   */
  finish(span: Float64Array, begin: number, work: number, end: number): void {
    let at = span[begin] as number;
    let left = span[work] as number;
    for (;;) {
      const servesAt = this.#endOfStallAt(at);
      if (servesAt > at) {
        at = servesAt;
        continue;
      }
      const nextAt = this.#nextStallAfter(at);
      if (at + left <= nextAt) break;
      left -= nextAt - at;
      at = nextAt;
    }
    span[end] = at + left;
  }

  /** The end of a stall that covers the moment, or the moment itself. */
  #endOfStallAt(at: number): number {
    for (const stall of this.#stalls) {
      const beginNs = lastBeginOf(stall, at);
      if (at >= beginNs && at < beginNs + stall.forNs) return beginNs + stall.forNs;
    }
    return at;
  }

  #nextStallAfter(at: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const stall of this.#stalls) {
      const beginNs = lastBeginOf(stall, at);
      const nextNs = beginNs > at ? beginNs : beginNs + (stall.everyNs ?? Number.POSITIVE_INFINITY);
      if (nextNs < next) next = nextNs;
    }
    return next;
  }
}

/** The latest begin that is not after the moment; the first one where there is none. */
function lastBeginOf({ atNs, everyNs }: StallPlan, at: number): number {
  if (everyNs === null || at < atNs) return atNs;
  return atNs + Math.floor((at - atNs) / everyNs) * everyNs;
}

import { stampNs } from '../clock.ts';
import { Outcome } from '../device/outcome.ts';
import { assert } from '../errors.ts';
import type { Memory } from '../memory/attach.ts';
import { ThreadFloat } from '../memory/layout.ts';
import { OperationLog } from '../record/operation-log.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { hasMediumFaults, OPERATIONS, type Plan, SECTOR_BYTES } from '../scenario/plan.ts';
import {
  DRAWN_MOST,
  digestOf,
  EMPTY_DIGEST,
  type OperationSource,
  operationSourceFor,
  SKIPPED,
} from './operation-source.ts';
import { Pacer } from './pacer.ts';
import { bytesFloatOf, Performer } from './performer.ts';
import { PlainLoop } from './plain-loop.ts';

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');

/**
 * One thread of closed load, in which each operation follows the completion of the last: draws
 * operations, issues them, times them, writes them down. The hot loop. The stop word is looked at
 * once a batch of what was drawn ahead.
 *
 * What is planned for a time, or in flight for longer than it takes to perform, has a loop of its
 * own: see PacedLoop.
 */
export class ThreadLoop {
  readonly #thread: number;
  readonly #performer: Performer;
  readonly #source: OperationSource;
  readonly #pacer: Pacer;
  readonly #service: readonly (SharedHistogram | null)[];
  readonly #thinkTimeNs: number;
  /** null where something stands between two operations. */
  readonly #plain: PlainLoop | null;
  /** null where nothing is recorded. */
  readonly #log: OperationLog | null;
  #digest = EMPTY_DIGEST;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const performer = new Performer(plan, memory, thread);
    this.#thread = thread;
    this.#performer = performer;
    this.#source = operationSourceFor(plan, memory, thread);
    this.#pacer = new Pacer(performer.gate, performer.counters, performer.times);
    this.#service = OPERATIONS.map((name) => SharedHistogram.of(memory, thread, `${name}.service`));
    this.#thinkTimeNs = performer.job.thinkTimeNs;
    this.#log = OperationLog.of(memory, thread);
    const isPlain =
      performer.probe === null &&
      this.#log === null &&
      !performer.recovers &&
      this.#thinkTimeNs === 0 &&
      !hasMediumFaults(plan);
    const isChained = performer.job.timing === 'chained';
    assert(isPlain || !isChained, 'operations are chained, and something stands between them');
    this.#plain = isPlain
      ? new PlainLoop({
          thread,
          device: performer.device,
          drawn: performer.drawn,
          counters: performer.counters,
          times: performer.times,
          service: this.#service,
          isChained,
          readByte: performer.readByte,
          writeByte: performer.writeByte,
        })
      : null;
  }

  /** From the gate to this thread's end of load. `gateNs` is the clock at the gate's opening. */
  run(gateNs: number): void {
    if (this.#performer.begin(gateNs)) this.#load(gateNs);
    this.#performer.end();
  }

  #load(gateNs: number): void {
    const { counters, gate, times } = this.#performer;
    while (!gate.mustStop()) {
      // The first operation goes alone: when it was issued is worth knowing.
      const isFirst = counters.get(ThreadFloat.operations) === 0;
      const count = Math.min(isFirst ? 1 : DRAWN_MOST, this.#performer.untilFault());
      const goesOn = this.#batch(count);
      if (isFirst) {
        counters.set(ThreadFloat.firstIssueNs, (times[T.issue] as number) - gateNs);
      }
      if (!goesOn) return;
    }
  }

  /** Up to so many operations. False when the thread's load has come to its end. */
  #batch(count: number): boolean {
    const { counters, drawn, operationLimit } = this.#performer;
    const measured = counters.get(ThreadFloat.operations) - counters.get(ThreadFloat.warmedUp);
    const wanted = Math.min(count, operationLimit - measured);
    const drawnCount = this.#source.draw(drawn, wanted);
    const doneCount = this.#performDrawn(drawnCount);
    this.#digest = digestOf(this.#digest, drawn, doneCount);
    counters.set(ThreadFloat.digest, this.#digest >>> 0);
    return this.#performer.goesOn && drawnCount > 0;
  }

  /**
   * Returns how many were dealt with until the load came to its end, or all of them. One function
   * from the draw to the record, since every call that the engine does not inline here costs as
   * much as the lookup that is to be measured.
   */
  #performDrawn(count: number): number {
    const performer = this.#performer;
    const { device, drawn, probe, readByte, times, writeByte } = performer;
    const { floats, float } = performer.counters;
    const thread = this.#thread;
    const { operations, lbas, sectorCounts } = drawn;
    const gateNs = times[T.gate] as number;
    const measureNs = times[T.measure] as number;
    const endNs = times[T.end] as number;
    let performed = floats[float + ThreadFloat.operations] as number;
    for (let index = 0; index < count; index++) {
      const operation = operations[index] as number;
      const lba = lbas[index] as number;
      const sectorCount = sectorCounts[index] as number;
      if (lba === SKIPPED) {
        if (!performer.skip(operation)) return index + 1;
        continue;
      }

      if (this.#plain !== null && operation <= WRITE) {
        index = this.#performPlainly(this.#plain, index, count);
        if (!performer.goesOn) return index + 1;
        performed = floats[float + ThreadFloat.operations] as number;
        continue;
      }

      let moved: number;
      if (operation > WRITE) moved = performer.control(operation, lba, index);
      else if (probe !== null) moved = performer.checked(operation, lba, sectorCount, probe);
      else {
        stampNs(times, T.issue);
        const outcome =
          operation === READ
            ? device.read(thread, lba, sectorCount, readByte)
            : device.write(thread, lba, sectorCount, writeByte);
        stampNs(times, T.completion);
        moved =
          outcome === Outcome.done
            ? sectorCount
            : performer.afterFailure(outcome, operation, lba, sectorCount, writeByte);
      }

      const issue = times[T.issue] as number;
      const completion = times[T.completion] as number;
      if (this.#log !== null) this.#log.add(issue - gateNs, operation, lba, sectorCount);
      if (issue < measureNs) {
        const at = float + ThreadFloat.warmedUp;
        floats[at] = (floats[at] as number) + 1;
      } else if (moved < 0) performer.countUndone(operation, moved);
      else {
        const at = bytesFloatOf(float, operation);
        floats[at] = (floats[at] as number) + moved * SECTOR_BYTES;
        const service = this.#service[operation];
        if (service) service.record(completion - issue);
      }
      floats[float + ThreadFloat.operations] = ++performed;
      floats[float + ThreadFloat.lastCompletionNs] = completion - gateNs;
      if (completion >= endNs) performer.goesOn = false;
      if (this.#thinkTimeNs > 0 && performer.goesOn) this.#think();
      if (!performer.goesOn) return index + 1;
    }
    return count;
  }

  /** From `index` on as many as follow each other plainly. Returns the index of the last one. */
  #performPlainly(plain: PlainLoop, index: number, count: number): number {
    const performer = this.#performer;
    const { times } = performer;
    const last = plain.perform(index, count) - 1;
    if ((times[T.completion] as number) >= (times[T.end] as number)) performer.goesOn = false;
    if (plain.outcome !== Outcome.done) {
      const failure = performer.failed(plain.outcome);
      const isMeasured = (times[T.issue] as number) >= (times[T.measure] as number);
      if (isMeasured) performer.countUndone(performer.drawn.operations[last] as number, failure);
    }
    return last;
  }

  /** The run may be stopped, or the load's time be over, before the next operation. */
  #think(): void {
    const { times } = this.#performer;
    const nextNs = (times[T.completion] as number) + this.#thinkTimeNs;
    times[T.due] = nextNs;
    if (nextNs >= (times[T.end] as number) || !this.#pacer.waitUntilDue()) {
      this.#performer.goesOn = false;
    }
  }
}

import { stampNs } from '../clock.ts';
import { Request } from '../device/channels.ts';
import { serviceModelOn } from '../device/index.ts';
import type { ServiceModel } from '../device/service-model.ts';
import type { Memory } from '../memory/attach.ts';
import { PaceFloat, partOf, ThreadFloat } from '../memory/layout.ts';
import { OperationLog } from '../record/operation-log.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { OPERATIONS, type Plan, plansArrivals, SECTOR_BYTES } from '../scenario/plan.ts';
import { ActiveTimes } from './active-times.ts';
import { ArrivalSchedule } from './arrivals.ts';
import { InFlight } from './in-flight.ts';
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
import { type ServiceTimes, serviceTimesFor } from './service-times.ts';

/** By index in OPERATIONS: whether it is a request to the device, and takes a service time. */
const IS_REQUEST = OPERATIONS.map((name) => !['remap', 'unremap', 'message'].includes(name));

/**
 * One thread of load that keeps to a schedule, or has several operations in flight, or whose device
 * takes its time. Each turn it sees what has completed, then issues what is due if there is room in
 * flight, and else waits for whichever of the two comes first.
 *
 * An operation is performed when it is issued: its data moves then, and is checked then, so of two
 * operations of one thread the one that was issued first took effect first. What the device's model
 * adds is when it completes. That moment is known at once and is what is recorded, however late the
 * thread sees it; how late that was is recorded apart, with the lateness of issues.
 *
 *     arrival    when it was due; in a closed load, when it was issued
 *     issue      when the thread handed it to the device      queueing = issue − arrival
 *     completion of the copy, or by the device's model        service  = completion − issue
 */
export class PacedLoop {
  readonly #thread: number;
  readonly #performer: Performer;
  readonly #source: OperationSource;
  readonly #pacer: Pacer;
  readonly #plansArrivals: boolean;
  /** Null where the source says when operations are due, or nobody does. */
  readonly #schedule: ArrivalSchedule | null;
  readonly #active: ActiveTimes | null;
  readonly #inFlight: InFlight;
  readonly #model: ServiceModel | null;
  readonly #serviceTimes: ServiceTimes;
  readonly #request = new Float64Array(Request.count);
  readonly #service: readonly (SharedHistogram | null)[];
  readonly #queueing: readonly (SharedHistogram | null)[];
  readonly #response: readonly (SharedHistogram | null)[];
  readonly #lateness: SharedHistogram;
  /** null where nothing is recorded. */
  readonly #log: OperationLog | null;
  readonly #floats: Float64Array;
  /** First of this thread's PaceFloats. */
  readonly #pace: number;
  readonly #thinkTimeNs: number;
  /** Of the drawn: how many, and the next to be issued. */
  #drawnCount = 0;
  #at = 0;
  /** Whether T.arrival is that of the next to be issued. */
  #isPlanned = false;
  /** Whether anything is still to be issued, and whether it was time that put an end to it. */
  #issues = true;
  #isOver = false;
  /** Operations issued since the measurement began, and of them in flight and not failed. */
  #measuredCount = 0;
  #heldCount = 0;
  #digest = EMPTY_DIGEST;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const performer = new Performer(plan, memory, thread);
    const { job } = performer;
    const histograms = (kind: 'service' | 'queueing' | 'response') =>
      OPERATIONS.map((name) => SharedHistogram.of(memory, thread, `${name}.${kind}`));
    this.#thread = thread;
    this.#performer = performer;
    this.#source = operationSourceFor(plan, memory, thread);
    this.#pacer = new Pacer(performer.gate, performer.counters, performer.times);
    this.#plansArrivals = plansArrivals(job);
    this.#schedule = ArrivalSchedule.of(plan, thread);
    this.#active =
      job.threadSegments.length === 0
        ? null
        : new ActiveTimes(job.threadSegments, thread - job.firstThread);
    this.#inFlight = new InFlight(job.ioDepth);
    this.#model = serviceModelOn(plan, memory);
    this.#serviceTimes = serviceTimesFor(plan, thread);
    this.#service = histograms('service');
    this.#queueing = histograms('queueing');
    this.#response = histograms('response');
    this.#lateness = SharedHistogram.of(memory, thread, 'lateness') as SharedHistogram;
    this.#log = OperationLog.of(memory, thread);
    this.#floats = memory.floats;
    this.#pace = partOf(memory.layout.pace, thread, 2 * PaceFloat.count) / 2;
    this.#thinkTimeNs = job.thinkTimeNs;
  }

  /** From the gate to this thread's end of load. `gateNs` is the clock at the gate's opening. */
  run(gateNs: number): void {
    if (this.#performer.begin(gateNs)) this.#load();
    this.#performer.end();
  }

  #load(): void {
    const { gate, times } = this.#performer;
    stampNs(times, T.now);
    times[T.ready] = times[T.now] as number;
    while (!gate.mustStop() && this.#turn());
    this.#settle();
  }

  /** False when everything that was issued has completed, and nothing more is to be issued. */
  #turn(): boolean {
    const { times } = this.#performer;
    const inFlight = this.#inFlight;
    const sawNs = times[T.now] as number;
    stampNs(times, T.now);
    const now = times[T.now] as number;
    this.#hold(now - sawNs);
    while (inFlight.count > 0 && (inFlight.completionsNs[inFlight.first] as number) <= now) {
      this.#complete();
    }
    const endNs = times[T.end] as number;
    if (this.#issues && (now >= endNs || !this.#performer.goesOn)) {
      this.#issues = false;
      this.#isOver = now >= endNs;
    }
    let dueNs = this.#issues ? endNs : Number.POSITIVE_INFINITY;
    if (this.#issues && inFlight.count < inFlight.depth) {
      if (!this.#findNext()) {
        this.#issues = false;
        return true;
      }
      const arrivalNs = times[T.arrival] as number;
      if (arrivalNs <= now) {
        this.#issueNext();
        return true;
      }
      dueNs = Math.min(dueNs, arrivalNs);
    }
    if (inFlight.count > 0) {
      dueNs = Math.min(dueNs, inFlight.completionsNs[inFlight.first] as number);
    } else if (!this.#issues) return false;
    times[T.due] = dueNs;
    if (!this.#pacer.waitUntilDue()) return false;
    this.#hold((times[T.now] as number) - now);
    if ((times[T.now] as number) >= (times[T.measure] as number)) {
      this.#lateness.record((times[T.now] as number) - dueNs);
    }
    return true;
  }

  /** So much time has passed, with what was in flight all the while. */
  #hold(passedNs: number): void {
    const at = this.#pace + PaceFloat.heldNs;
    this.#floats[at] = (this.#floats[at] as number) + this.#heldCount * passedNs;
  }

  /** Draws, if nothing is left of what was drawn, and sets T.arrival. False when nothing comes. */
  #findNext(): boolean {
    const { drawn, operationLimit, times } = this.#performer;
    if (this.#at === this.#drawnCount) {
      this.#digestDrawn();
      this.#at = 0;
      const wanted = Math.min(DRAWN_MOST, operationLimit - this.#measuredCount);
      this.#drawnCount = this.#source.draw(drawn, wanted);
      if (this.#drawnCount === 0) return false;
    }
    if (this.#isPlanned) return true;
    if (!this.#plansArrivals) {
      times[T.arrival] = times[T.ready] as number;
      if (this.#active !== null) this.#awaitTurn(this.#active);
      return times[T.arrival] !== Number.POSITIVE_INFINITY;
    }
    if (this.#schedule === null) times[T.arrival] = drawn.arrivalsNs[this.#at] as number;
    else if (!this.#schedule.next(times, T.arrival)) return false;
    times[T.arrival] = (times[T.arrival] as number) + (times[T.start] as number);
    this.#isPlanned = true;
    return true;
  }

  /** Puts T.arrival off to when this thread takes part. */
  #awaitTurn(active: ActiveTimes): void {
    const { times } = this.#performer;
    const startNs = times[T.start] as number;
    const readyNs = Math.max(times[T.arrival] as number, times[T.now] as number);
    times[T.arrival] = active.nextFrom(readyNs - startNs) + startNs;
  }

  #digestDrawn(): void {
    const { counters, drawn } = this.#performer;
    this.#digest = digestOf(this.#digest, drawn, this.#at);
    counters.set(ThreadFloat.digest, this.#digest >>> 0);
  }

  #issueNext(): void {
    const performer = this.#performer;
    const { counters, drawn, times } = performer;
    performer.untilFault();
    const index = this.#at++;
    const operation = drawn.operations[index] as number;
    const lba = drawn.lbas[index] as number;
    if (this.#isPlanned) {
      this.#isPlanned = false;
      this.#count(PaceFloat.planned);
    }
    if (lba === SKIPPED) {
      this.#count(PaceFloat.skipped);
      performer.skip(operation);
      return;
    }
    const sectorCount = drawn.sectorCounts[index] as number;
    const moved = performer.perform(operation, lba, sectorCount, index);
    const issueNs = times[T.issue] as number;
    if (this.#model !== null && IS_REQUEST[operation] === true) this.#serve(this.#model);
    if (!this.#plansArrivals) times[T.arrival] = issueNs;
    const arrivalNs = times[T.arrival] as number;
    if (issueNs < arrivalNs) this.#count(PaceFloat.early);

    const inFlight = this.#inFlight;
    const slot = inFlight.free;
    inFlight.operations[slot] = operation;
    inFlight.moved[slot] = moved;
    inFlight.arrivalsNs[slot] = arrivalNs;
    inFlight.issuesNs[slot] = issueNs;
    inFlight.completionsNs[slot] = times[T.completion] as number;
    inFlight.push();
    if (arrivalNs >= (times[T.measure] as number)) {
      this.#hold(issueNs - (times[T.now] as number));
      times[T.now] = issueNs;
      this.#measuredCount++;
      this.#count(PaceFloat.measured);
      if (moved >= 0) this.#heldCount++;
    }
    const sinceGateNs = issueNs - (times[T.gate] as number);
    if (this.#log !== null) this.#log.add(sinceGateNs, operation, lba, sectorCount);
    if (this.#floats[this.#pace + PaceFloat.lastIssueNs] === 0) {
      counters.set(ThreadFloat.firstIssueNs, sinceGateNs);
    }
    this.#floats[this.#pace + PaceFloat.lastIssueNs] = sinceGateNs;
  }

  /** Puts the completion off to when the device's model has it. */
  #serve(model: ServiceModel): void {
    const { times } = this.#performer;
    const gateNs = times[T.gate] as number;
    this.#serviceTimes.draw(this.#request, Request.work);
    this.#request[Request.issue] = (times[T.issue] as number) - gateNs;
    model.serve(this.#thread, this.#request);
    const endNs = (this.#request[Request.end] as number) + gateNs;
    if (endNs > (times[T.completion] as number)) times[T.completion] = endNs;
  }

  /** Writes the first of those in flight down, and lets it go. */
  #complete(): void {
    const { counters, times } = this.#performer;
    const { floats, float } = counters;
    const inFlight = this.#inFlight;
    const slot = inFlight.first;
    inFlight.pop();
    const operation = inFlight.operations[slot] as number;
    const moved = inFlight.moved[slot] as number;
    const arrivalNs = inFlight.arrivalsNs[slot] as number;
    const issueNs = inFlight.issuesNs[slot] as number;
    const completionNs = inFlight.completionsNs[slot] as number;
    if (arrivalNs < (times[T.measure] as number)) counters.add(ThreadFloat.warmedUp, 1);
    else if (moved < 0) this.#performer.countUndone(operation, moved);
    else {
      this.#heldCount--;
      const at = bytesFloatOf(float, operation);
      floats[at] = (floats[at] as number) + moved * SECTOR_BYTES;
      this.#service[operation]?.record(completionNs - issueNs);
      if (this.#plansArrivals) {
        this.#queueing[operation]?.record(issueNs - arrivalNs);
        this.#response[operation]?.record(completionNs - arrivalNs);
      }
    }
    counters.add(ThreadFloat.operations, 1);
    const sinceGateNs = completionNs - (times[T.gate] as number);
    if (sinceGateNs > counters.get(ThreadFloat.lastCompletionNs)) {
      counters.set(ThreadFloat.lastCompletionNs, sinceGateNs);
    }
    if (this.#thinkTimeNs > 0) times[T.ready] = completionNs + this.#thinkTimeNs;
  }

  /** Counts what was due and was not issued: nothing more will be. */
  #settle(): void {
    const { gate, times } = this.#performer;
    this.#digestDrawn();
    this.#floats[this.#pace + PaceFloat.unfinished] = this.#inFlight.count;
    if (!this.#plansArrivals) return;
    const isStopped = gate.mustStop();
    if (!isStopped && !this.#isOver) return;
    const now = times[T.now] as number;
    const overNs = isStopped ? Math.min(times[T.end] as number, now) : (times[T.end] as number);
    // Of a trace, the one that was next is among the drawn, and its turn is over.
    if (this.#isPlanned && this.#schedule === null) this.#at++;
    while (this.#isPlanned || this.#planAnother()) {
      this.#isPlanned = false;
      if ((times[T.arrival] as number) >= overNs) return;
      this.#count(PaceFloat.planned);
      this.#count(PaceFloat.dropped);
    }
  }

  /** Sets T.arrival to that of one more. False when there is none. */
  #planAnother(): boolean {
    const { drawn, times } = this.#performer;
    if (this.#schedule !== null) {
      if (!this.#schedule.next(times, T.arrival)) return false;
    } else {
      if (this.#at === this.#drawnCount) {
        this.#at = 0;
        this.#drawnCount = this.#source.draw(drawn, DRAWN_MOST);
        if (this.#drawnCount === 0) return false;
      }
      times[T.arrival] = drawn.arrivalsNs[this.#at++] as number;
    }
    times[T.arrival] = (times[T.arrival] as number) + (times[T.start] as number);
    return true;
  }

  #count(field: number): void {
    const at = this.#pace + field;
    this.#floats[at] = (this.#floats[at] as number) + 1;
  }
}

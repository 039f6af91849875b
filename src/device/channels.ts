import type { Lock } from '../lock/lock.ts';
import { Channel, type Layout } from '../memory/layout.ts';
import type { StallCalendar } from './stall-calendar.ts';

/**
 * A request on its way through the device, ns since the gate; in an array of floats, since numbers
 * this large become objects where they are handed on. `begin` is set by the device.
 */
export const Request = { issue: 0, work: 1, begin: 2, end: 3, count: 4 } as const;

/**
 * What serves requests: so many channels, shared by all threads, each of which serves one request
 * at a time. A request goes to the channel that is free first, and waits for it where none is; so
 * requests begin in the order in which they came to the lock.
 *
 * Nothing happens at any time: a channel is the moment at which it will be free, and a request
 * knows its end when it is issued. The device has no clock, and needs none.
 */
export class Channels {
  readonly #floats: Float64Array;
  readonly #first: number;
  readonly #count: number;
  readonly #lock: Lock;
  readonly #stalls: StallCalendar;

  constructor(
    floats: Float64Array,
    layout: Layout,
    parts: { readonly lock: Lock; readonly stalls: StallCalendar; readonly count: number },
  ) {
    this.#floats = floats;
    this.#first = (layout.channels + Channel.freeNs) / 2;
    this.#count = parts.count;
    this.#lock = parts.lock;
    this.#stalls = parts.stalls;
  }

  /** From `request`'s issue and work its begin and end, and the channel is taken until then. */
  serve(thread: number, request: Float64Array): void {
    this.#lock.acquire(thread);
    const channel = this.#freeFirst();
    const freeNs = this.#floats[channel] as number;
    const issueNs = request[Request.issue] as number;
    request[Request.begin] = Math.max(freeNs, issueNs);
    this.#stalls.finish(request, Request.begin, Request.work, Request.end);
    this.#floats[channel] = request[Request.end] as number;
    this.#lock.release(thread);
  }

  #freeFirst(): number {
    const end = this.#first + this.#count;
    let best = this.#first;
    for (let channel = this.#first + 1; channel < end; channel++) {
      if ((this.#floats[channel] as number) < (this.#floats[best] as number)) best = channel;
    }
    return best;
  }
}

import { Request } from './channels.ts';
import type { StallCalendar } from './stall-calendar.ts';

/** Says when a request that is issued will be done. */
export interface ServiceModel {
  /** Sets begin and end of a request (see Request) whose issue and work are set. */
  serve(thread: number, request: Float64Array): void;
}

/** A device that answers at once, but for the times in which it stands still. */
export class StallsOnly implements ServiceModel {
  readonly #stalls: StallCalendar;

  constructor(stalls: StallCalendar) {
    this.#stalls = stalls;
  }

  serve(_thread: number, request: Float64Array): void {
    request[Request.begin] = request[Request.issue] as number;
    this.#stalls.finish(request, Request.begin, Request.work, Request.end);
  }
}

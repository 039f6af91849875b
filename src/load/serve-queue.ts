import { NOTHING_WAITS, type RemapQueue } from '../device/remap-queue.ts';
import { ThreadFloat } from '../memory/layout.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';

/** How long a worker without work sleeps before it looks whether it has been dismissed. */
const SLEEP_MS = 100;

/** A thread that serves a remap queue. */
export interface QueueServer {
  readonly queue: RemapQueue;
  readonly counters: ThreadCounters;
  /** Deals with one sector that was taken from the queue. */
  serve(lba: number): void;
}

/** Serves the queue until it has been dismissed and is empty. */
export function serveQueue(server: QueueServer): void {
  const { queue, counters } = server;
  for (;;) {
    const seen = queue.signal();
    const isLast = queue.isDismissed();
    if (serveNext(server)) continue;
    if (isLast) return;
    // Asleep on purpose, for as long as there is nothing to do: the watchdog need not worry.
    counters.set(ThreadFloat.idleUntilNs, Number.POSITIVE_INFINITY);
    queue.sleep(seen, SLEEP_MS);
    counters.set(ThreadFloat.idleUntilNs, 0);
  }
}

/** Deals with the sector that has waited longest. False when none waits. */
export function serveNext(server: QueueServer): boolean {
  const lba = server.queue.take();
  if (lba === NOTHING_WAITS) return false;
  server.serve(lba);
  server.counters.add(ThreadFloat.operations, 1);
  return true;
}

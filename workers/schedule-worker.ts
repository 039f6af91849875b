import { parentPort } from 'node:worker_threads';
import { runScheduled, type ScheduledTask } from '../src/explore/confirm/scheduled-thread.ts';

/** One thread that plays schedules, one after the other, on the files as they run in a load. */
parentPort?.on('message', (task: ScheduledTask) => {
  parentPort?.postMessage(runScheduled(task));
});

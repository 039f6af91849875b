import { parentPort, workerData } from 'node:worker_threads';
import { calibrateRelax } from '../src/lock/relax.ts';
import type { StressTask, Turn } from '../src/stress/stress-task.ts';
import { ThreadRounds } from '../src/stress/thread-rounds.ts';

/** One thread of the stress, from turn to turn; it lives until it is ended. */
const task = workerData as StressTask;
calibrateRelax(task.lookNs);
const rounds = new ThreadRounds(task);
parentPort?.on('message', (turn: Turn) => {
  const report = rounds.run(turn);
  if (report !== null) parentPort?.postMessage(report);
});
parentPort?.postMessage(null);

import { workerData } from 'node:worker_threads';
import { type RealTask, runRealRounds } from '../src/explore/confirm/real-rounds.ts';

/** One thread of a small program, on the files as they run in a load. */
runRealRounds(workerData as RealTask);

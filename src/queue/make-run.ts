import { hostname } from 'node:os';
import type { Running } from '../coordinator.ts';
import type { Result } from '../report/result-schema.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { liveSnapshotOf } from '../run/live-snapshot.ts';
import { PoisonedRun, type RunReport } from './dispatcher.ts';
import { packReport, type ReceivedRun, receiveRun } from './run-payload.ts';

const TELL_MS = 1000;

export interface MakeRunOptions {
  readonly maxMemory?: string | undefined;
  readonly onBegin?: (run: ReceivedRun) => void;
  readonly onEnd?: (run: ReceivedRun, result: Result) => void;
}

/** Makes one run as it came out of a queue, and packs what came of it. */
export async function makeRun(
  id: string,
  payload: unknown,
  tell: (share: number | null) => void,
  { maxMemory, onBegin, onEnd }: MakeRunOptions = {},
): Promise<RunReport> {
  const received = receiveRun(payload, maxMemory);
  if (received.id !== id) throw new PoisonedRun(`it was handed in as ${id}, and is ${received.id}`);
  onBegin?.(received);
  let timer: NodeJS.Timeout | undefined;
  const onStart = (running: Running): void => {
    const snapshot = liveSnapshotOf(running);
    timer = setInterval(() => tell(snapshot().progress), TELL_MS);
  };
  const { result, details } = await runAndJudge(received.scenario, {
    sets: received.sets,
    onStart,
  }).finally(() => clearInterval(timer));
  onEnd?.(received, result);
  return packReport(id, { result, details }, hostname());
}

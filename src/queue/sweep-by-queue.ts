import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../errors.ts';
import { orderedRuns, type runSweep } from '../sweep/run-sweep.ts';
import { isBroken, type RunOutcome } from '../sweep/sweep-folder.ts';
import type { SweepRun } from '../sweep/sweep-plan.ts';
import type { ActiveRun, Dispatcher } from './dispatcher.ts';
import { obstacleIn, payloadOf, receiveReport } from './run-payload.ts';

const LOOK_MS = 300;
/** How often it is asked whether it still knows all runs: Redis may have come back with fewer. */
const LOOKS_PER_COUNT = 20;

export interface QueueSweepOptions {
  readonly onActive?: (active: readonly ActiveRun[]) => void;
  /** How often the queue is asked for what is done. */
  readonly lookMs?: number;
}

/**
 * Makes a sweep by handing its runs to whoever takes them, and keeping what comes back: the same as
 * `runSweep` for its caller. Ends when every run is kept, or its signal says so; runs that nobody
 * has taken stay in the queue, and the same sweep comes back for them.
 */
export function sweepByQueue(
  dispatcher: Dispatcher,
  { onActive, lookMs = LOOK_MS }: QueueSweepOptions = {},
): typeof runSweep {
  return async (plan, folder, { shard, orderSeed, retry, signal, onBegin, onEnd }) => {
    const finished = await folder.finished();
    const left = orderedRuns(plan, shard, orderSeed).filter(({ id }) => !finished.has(id));
    for (const run of left) {
      const obstacle = obstacleIn(run);
      if (obstacle !== null) throw new UsageError(obstacle);
    }
    const open = new Map(left.map((run) => [run.id, run]));
    const submit = (runs: readonly SweepRun[]) =>
      dispatcher.submit(
        runs.map((run) => ({ id: run.id, payload: payloadOf(run, plan.sourceFile) })),
      );
    const keep = async (run: SweepRun, outcome: RunOutcome, host?: string): Promise<void> => {
      await folder.keep(run.id, outcome, host);
      open.delete(run.id);
      onEnd?.(run, outcome);
    };
    const begun = new Set<string>();
    if (retry === true) await dispatcher.forget(await brokenAmong(dispatcher, open));
    await submit(left);
    for (let look = 1; open.size > 0 && signal?.aborted !== true; look++) {
      for await (const { id, report } of dispatcher.doneOf(new Set(open.keys()))) {
        const run = open.get(id);
        if (run !== undefined) await keep(run, ...outcomeIn(id, report));
      }
      for (const { id, reason } of await dispatcher.dead()) {
        const run = open.get(id);
        if (run !== undefined) await keep(run, { result: null, details: null, failure: reason });
      }
      const active = await dispatcher.active();
      onActive?.(active);
      for (const { id } of active) {
        const run = open.get(id);
        if (run === undefined || begun.has(id)) continue;
        begun.add(id);
        onBegin?.(run);
      }
      if (look % LOOKS_PER_COUNT === 0) {
        const lost = await dispatcher.unknownOf(new Set(open.keys()));
        await submit(lost.flatMap((id) => open.get(id) ?? []));
      }
      if (open.size > 0) await pause(lookMs, signal);
    }
  };
}

/** Runs that the queue has given up, and those of which it has a report that they broke. */
async function brokenAmong(
  dispatcher: Dispatcher,
  open: ReadonlyMap<string, SweepRun>,
): Promise<Set<string>> {
  const ids = new Set(open.keys());
  const dead = (await dispatcher.dead()).map(({ id }) => id);
  const broken = new Set(dead.filter((id) => ids.has(id)));
  for await (const { id, report } of dispatcher.doneOf(ids)) {
    const [outcome] = outcomeIn(id, report);
    if (isBroken(outcome)) broken.add(id);
  }
  return broken;
}

/** What came back is a stranger's too: a report that is none is a broken run with a reason. */
function outcomeIn(id: string, report: unknown): [outcome: RunOutcome, host: string | undefined] {
  try {
    const { result, details, host } = receiveReport(id, report);
    return [{ result, details, failure: null }, host];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failure = `what came back is no report of it: ${reason}`;
    return [{ result: null, details: null, failure }, undefined];
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  // Told to end while it waits, it waits no longer.
  await sleep(ms, undefined, options).catch(() => {});
}

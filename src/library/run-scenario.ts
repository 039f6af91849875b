import type { Running } from '../coordinator.ts';
import type { Details } from '../report/details-schema.ts';
import { writeResultFolder } from '../report/folder.ts';
import type { Snapshot } from '../report/progress.ts';
import type { Result } from '../report/result-schema.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { liveSnapshotOf } from '../run/live-snapshot.ts';
import { type InputOptions, loadInput, type ScenarioInput } from './scenario-input.ts';

export interface RunScenarioOptions extends InputOptions {
  /** Ends the load early; what there is until then is kept, and the outcome is `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called while the load runs, with a look at its counters. What it throws ends the run. */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
  /** Milliseconds between two snapshots. Default 250. */
  readonly snapshotEveryMs?: number | undefined;
  /** A results directory to store the run in, as the command line does. */
  readonly out?: string | undefined;
}

export interface ScenarioRun {
  /** What `result.json` holds. */
  readonly result: Result;
  /** What `details.json` holds: distributions whole, series, the map of spares. */
  readonly details: Details;
  /** The run's folder; null when it was not stored. */
  readonly folder: string | null;
}

const SNAPSHOT_MS = 250;

/**
 * Runs one scenario. Whatever comes of the run is a result: a violation, a broken run, an
 * interruption. Nothing is printed, and the process goes on.
 *
 * @throws ScenarioError with every problem of the scenario, each with its place
 * @throws Error with one sentence when the results cannot be written
 */
export async function runScenario(
  input: ScenarioInput,
  options: RunScenarioOptions = {},
): Promise<ScenarioRun> {
  const { signal, onSnapshot, snapshotEveryMs = SNAPSHOT_MS, out } = options;
  const loaded = loadInput(input, options);
  // The listener's own mistake must not be lost in a timer: it ends the run, and then is thrown.
  const ownEnd = new AbortController();
  let mistake: { readonly error: unknown } | null = null;
  let timer: NodeJS.Timeout | undefined;
  const onStart = (running: Running): void => {
    if (onSnapshot === undefined) return;
    const snapshot = liveSnapshotOf(running);
    timer = setInterval(() => {
      try {
        onSnapshot(snapshot());
      } catch (error) {
        clearInterval(timer);
        mistake = { error };
        ownEnd.abort('onSnapshot threw');
      }
    }, snapshotEveryMs);
  };
  const judged = await runAndJudge(loaded, {
    sets: options.sets ?? [],
    signal: signal === undefined ? ownEnd.signal : AbortSignal.any([signal, ownEnd.signal]),
    onStart,
  }).finally(() => clearInterval(timer));
  rethrow(mistake);
  const { result, details, run } = judged;
  const folder =
    out === undefined
      ? null
      : await writeResultFolder({ result, details, run, outDir: out, claims: false });
  return { result, details, folder };
}

function rethrow(mistake: { readonly error: unknown } | null): void {
  if (mistake !== null) throw mistake.error;
}

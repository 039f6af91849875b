import { judge } from '../check/index.ts';
import { type RunOptions, runPlan } from '../coordinator.ts';
import type { RunRecord } from '../record/run-record.ts';
import { detailsOf } from '../report/details.ts';
import type { Details } from '../report/details-schema.ts';
import { resultOf } from '../report/result.ts';
import type { Result } from '../report/result-schema.ts';
import type { LoadedScenario } from './load-scenario.ts';

/** All that is known of a run that has ended, and been judged. */
export interface JudgedRun {
  readonly result: Result;
  readonly details: Details;
  readonly run: RunRecord;
}

export interface JudgedRunOptions extends RunOptions {
  /** What was laid over the scenario's file, `path=value`. */
  readonly sets?: readonly string[];
  /** Folders of earlier runs of the same `--repeat`. */
  readonly repeats?: readonly string[];
  /** The command line that repeats this run, where it is not that of the scenario alone. */
  readonly repro?: string;
}

/** Runs a scenario and judges it: the whole way from a file that was read to what is stored. */
export async function runAndJudge(
  { plan: unread, scenario, sourceFile, trace }: LoadedScenario,
  { sets = [], repeats = [], repro, ...options }: JudgedRunOptions = {},
): Promise<JudgedRun> {
  const { plan, run } = await runPlan(unread, trace, options);
  const verdicts = judge(plan, run);
  const result = resultOf({
    plan,
    scenario,
    sourceFile,
    sets,
    run,
    verdicts,
    ...(repro === undefined ? {} : { repro }),
  });
  const details = detailsOf({ run, verdicts, repeats });
  return { result, details, run };
}

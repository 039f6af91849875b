import { EXIT, ScenarioError, UsageError } from '../../src/errors.ts';
import { allocate } from './probes/allocate.ts';
import { dispatch } from './probes/dispatch.ts';
import { lock } from './probes/lock.ts';
import { merge } from './probes/merge.ts';
import { micro } from './probes/micro.ts';
import { Options } from './probes/options.ts';
import { type Probe, ProbeFailed } from './probes/probe.ts';
import { sampling } from './probes/sampling.ts';
import { start } from './probes/start.ts';

/**
 * Our classes by themselves, measured as the C reference in c/ measures its own: the same
 * subcommands and options, the same figures on stdout. `start`, `sampling` and `dispatch` have no
 * counterpart.
 */
const PROBES: Readonly<Record<string, Probe>> = {
  allocate,
  lock,
  micro,
  merge,
  start,
  sampling,
  dispatch,
};

const [name = '', ...texts] = process.argv.slice(2);
try {
  const probe = Object.hasOwn(PROBES, name) ? PROBES[name] : undefined;
  if (probe === undefined) {
    const names = Object.keys(PROBES).join(', ');
    throw new UsageError(`the first argument must be one of ${names}, not '${name}'`);
  }
  const figures = await probe.run(new Options(probe.options, texts));
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof ScenarioError;
  if (!isUsage && !(error instanceof ProbeFailed)) throw error;
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exitCode = isUsage ? EXIT.usage : EXIT.thresholdFailed;
}

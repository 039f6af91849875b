import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resultSchema } from '../../src/report/result-schema.ts';
import { newestFolder, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: a pause of the machine is found in the histogram of pauses, whoever watches for it.
 *
 * Method: the canary is the whole process stopped for a quarter of a second. That is a lower bound
 * of what must be seen; nothing is asserted of any latency.
 */
const PAUSE_MS = 250;
const SEEN_NS = 200e6;

/** A run that is paused once, then interrupted. */
async function pausedRun(out: string, threads: number, ...sets: readonly string[]) {
  const settings = [`load.threads=${threads}`, 'load.duration=60s', ...sets];
  const words = settings.flatMap((set) => ['--set', set]);
  const { stdout } = await sparestorm(
    ['run', 'scenarios/quickstart.yaml', '--out', out, ...words],
    {
      whenRunning: (send) => {
        send('SIGSTOP');
        setTimeout(() => send('SIGCONT'), PAUSE_MS);
        setTimeout(() => send('SIGINT'), PAUSE_MS + 100);
      },
    },
  );
  const text = readFileSync(join(newestFolder(out), 'result.json'), 'utf8');
  return { stdout, result: resultSchema.parse(JSON.parse(text)) };
}

const cores = availableParallelism();
const [beside, among, off] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];

test('a stopped process shows in the pauses, by idle loop and by sample, and not when off', async () => {
  const [idle, sampled, without] = await Promise.all([
    pausedRun(beside, 1),
    pausedRun(among, cores),
    pausedRun(off, 1, 'jitter=off'),
  ]);
  const isQuiet = idle.result.environment.jitter.lostShare <= 0.1;
  expect(idle.result.jitter.method).toBe(cores > 1 && isQuiet ? 'idle-loop' : 'sampled');
  expect(sampled.result.jitter.method).toBe('sampled');
  for (const { result, stdout } of [idle, sampled]) {
    const { pause, observedNs, periodNs } = result.jitter;
    expect(pause.max).toBeGreaterThan(SEEN_NS);
    // Who arrived in the midst of it waited for the rest: it is many periods and not one.
    expect(pause.count).toBeGreaterThan(SEEN_NS / periodNs);
    expect(observedNs).toBeGreaterThan(SEEN_NS);
    expect(result.warnings.map(({ id }) => id)).toContain('machine-pauses');
    expect(stdout).toMatch(/^ {2}JITTER /m);
  }
  if (cores > 1 && isQuiet) expect(idle.result.jitter.lostShare).toBeGreaterThan(0);
  expect(without.result.jitter).toMatchObject({ method: 'off', pause: { count: 0 } });
  expect(without.stdout).toContain('not watched');
});

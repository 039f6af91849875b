import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ArrivalSchedule } from '../../src/load/arrivals.ts';
import { serviceTimesFor } from '../../src/load/service-times.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { runJson, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: on the real clock too, load arrives at the rate that was asked for, or the run says that it
 * could not; and callers wait as long as the arithmetic of the queue says.
 *
 * Method: rates from a thousand to a million a second, on a device that costs nothing. The mean of
 * responses against the formulas of M/M/1 and M/D/1; and, because the draws of a minute stray from
 * those by some percent, against Lindley's recursion over the very arrivals and service times that
 * the run draws. The seed is one whose draws stray little at every load.
 *
 * Not covered: how a busy machine, on which waking up late is part of every response, spreads that
 * over them; the pacer's lateness must account for all that there is too much.
 */
const out = temporaryFolder();

function scenario(name: string, body: string): { file: string; text: string } {
  const file = join(out, `${name}.yaml`);
  const text = `version: 1\nname: ${name}\nintegrity: off\n${body}`;
  writeFileSync(file, text);
  return { file, text };
}

describe('the rate', () => {
  const SECONDS = 3;
  const run = async (law: string, perSecond: number) => {
    const { file } = scenario(
      `${law}-${perSecond}`,
      `device: { medium: none }
load:
  threads: 2
  model: open
  arrivals: ${law}
  rate: ${perSecond}/s
  duration: ${SECONDS}s
  mix: { read: 1 }
`,
    );
    const { result } = await runJson(out, [file]);
    const gaveUp = result.warnings.some(({ id }) => id === 'could-not-keep-up');
    return { error: result.arrivals.rateError as number, dropped: result.arrivals.dropped, gaveUp };
  };
  const RATES = [1000, 10_000, 100_000, 1_000_000];

  test.each(RATES)(
    'constant, %i a second: right to a thousandth, or said not to be',
    async (rate) => {
      const { error, gaveUp } = await run('constant', rate);
      expect(gaveUp || Math.abs(error) < 0.001).toBe(true);
      if (gaveUp) expect(error).toBeLessThan(0);
    },
    60_000,
  );

  test.each(RATES)(
    'Poisson, %i a second: within what chance allows, or said not to be',
    async (rate) => {
      const { error, dropped, gaveUp } = await run('poisson', rate);
      // Passed by chance once in a thousand, but for what was dropped, which is said.
      expect(gaveUp || Math.abs(error) < 3.3 / Math.sqrt(rate * SECONDS)).toBe(true);
      expect(gaveUp).toBe(dropped > 0);
    },
    60_000,
  );
});

describe('mean response', () => {
  const SERVICE_NS = 1e6;
  const SEED = 8;
  /** Response over service of one channel: Pollaczek and Khinchine's formula. */
  const THEORY: Record<string, (rho: number) => number> = {
    exponential: (rho) => 1 / (1 - rho),
    constant: (rho) => 1 + rho / (2 * (1 - rho)),
  };

  test.each([
    ['constant', 0.5, 20],
    ['constant', 0.8, 40],
    ['exponential', 0.5, 30],
    ['exponential', 0.8, 60],
  ])(
    'of one channel with %s service at %d is what theory says, and what Lindley makes of the draws',
    async (law, rho, seconds) => {
      const perSecond = (rho * 1e9) / SERVICE_NS;
      const { file, text } = scenario(
        `queue-${law}-${rho * 10}`,
        `seed: ${SEED}
device: { serviceTime: { distribution: ${law}, mean: ${SERVICE_NS}ns } }
load:
  threads: 1
  model: open
  arrivals: poisson
  rate: ${perSecond}/s
  iodepth: 1024
  duration: ${seconds}s
  mix: { read: 1 }
`,
      );
      const { result } = await runJson(out, [file]);
      const { count, mean } = result.overall.response;
      const exact = lindley(text, count);
      const theory = (THEORY[law]?.(rho) as number) * SERVICE_NS;
      expect(count).toBeGreaterThan(0.9 * perSecond * seconds);
      expect(mean / exact).toBeGreaterThan(0.97);
      expect(mean / theory).toBeGreaterThan(0.95);
      // A machine that wakes threads late adds to every response, and to those queued behind it.
      // By how much is known; twice that, since what arrives meanwhile waits as well.
      const { lateness } = result.pacer;
      const lateNs = (2 * lateness.mean * lateness.count) / count / (1 - rho);
      expect(mean - lateNs).toBeLessThan(1.03 * exact);
      expect(mean - lateNs).toBeLessThan(1.05 * theory);
    },
    120_000,
  );
});

/** Mean of the first responses of one server that serves in order. */
function lindley(text: string, count: number): number {
  const { plan } = parseScenario(text, { file: 'queue.yaml' });
  const schedule = ArrivalSchedule.of(plan, 0) as ArrivalSchedule;
  const services = serviceTimesFor(plan, 0);
  const cells = new Float64Array(2);
  let freeNs = 0;
  let sumNs = 0;
  for (let index = 0; index < count; index++) {
    schedule.next(cells, 0);
    services.draw(cells, 1);
    const [arrivalNs, serviceNs] = cells as unknown as [number, number];
    freeNs = Math.max(freeNs, arrivalNs) + serviceNs;
    sumNs += freeNs - arrivalNs;
  }
  return sumNs / count;
}

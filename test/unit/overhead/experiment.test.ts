import { describe, expect, test } from 'vitest';
import { CommandTexts } from '../../../src/overhead/command-texts.ts';
import { devicePlanOf, shortageOf } from '../../../src/overhead/device-plan.ts';
import { runExperiment } from '../../../src/overhead/experiment.ts';
import { RemapSteps, STEPS } from '../../../src/overhead/remap-steps.ts';
import { SimulatedTarget } from '../../../src/overhead/simulated-target.ts';
import { COMMANDS, type Plan } from '../../../src/scenario/plan.ts';
import { memoryFor } from '../../support/plans.ts';
import { type Overrides, somePlan } from '../../support/run-record.ts';

function planWith(overrides: Overrides<Plan> = {}): Plan {
  return somePlan({
    device: { sectorCount: 4096, spare: { sectorCount: 1000, placement: 'v4-dynamic' } },
    allocator: { kind: 'cached', protocol: 'as-published', outerLock: true },
    remap: { lookup: 'linear' },
    ...overrides,
    overhead: {
      paths: ['direct'],
      commands: ['ping', 'info', 'remap', 'verify'],
      repetitions: 30,
      marginNs: 100_000,
      ...overrides.overhead,
    },
  });
}

/** The published device of 100 sectors, 60 of which can be allocated. */
const HUNDRED = {
  sectorCount: 4096,
  spare: { sectorCount: 100, placement: 'v4-dynamic' },
} as const;

const never = { signal: new AbortController().signal, onRound: () => {} };

describe('rounds', () => {
  test('have every command once, the empty call twice, and the clock alone', async () => {
    const { samples, rounds, interrupted } = await runExperiment(planWith(), never);
    const direct = samples.filter(({ path }) => path === 'direct');
    expect(direct.map(({ operation }) => operation)).toEqual([
      'floor',
      'ping',
      'ping again',
      'info',
      'remap',
      'verify',
    ]);
    const all = Array.from({ length: 30 }, (_, round) => round);
    for (const { rounds: own } of samples) expect(own).toEqual(all);
    expect(rounds).toEqual({ steps: 30, direct: 30 });
    expect(interrupted).toBe(false);
  });

  test('measure the steps on as many entries', async () => {
    const { samples } = await runExperiment(planWith(), never);
    const steps = samples.filter(({ path }) => path === 'steps');
    expect(steps.map(({ operation }) => operation)).toEqual([...STEPS]);
  });

  test('note what was answered, and remaps that were refused', async () => {
    const { answers, refusedRemaps } = await runExperiment(planWith(), never);
    expect(answers.direct).toMatchObject({ ping: 'pong', info: 'error: unknown command info' });
    expect(answers.direct?.remap).toMatch(/^remapped sector \d+ -> spare sector 40$/);
    expect(refusedRemaps).toEqual({ direct: 0 });
  });

  test('fill the device before the first, and again after each clear', async () => {
    const commands = ['ping', 'remap', 'status', 'clear'] as const;
    const plan = (fillCount: number) =>
      planWith({ allocator: { protocol: 'guarded' }, overhead: { commands, fillCount } });
    const { answers, refusedRemaps } = await runExperiment(plan(10), never);
    expect(answers.direct?.clear).toBe('cleared all remap entries');
    expect(answers.direct?.status).toMatch(/^status: 1[01] of 1000 spares used$/);
    expect(refusedRemaps.direct).toBe(0);
    // Thirty times 32 is all the spares there are, and no clear gives one back.
    expect((await runExperiment(plan(32), never)).refusedRemaps.direct).toBeGreaterThan(0);
  });

  test('end when there is a signal, and what was taken by then is kept', async () => {
    const interruption = new AbortController();
    const onRound = (path: string, done: number) => {
      if (path === 'direct' && done === 5) interruption.abort('SIGINT');
    };
    const { samples, rounds, interrupted } = await runExperiment(planWith(), {
      signal: interruption.signal,
      onRound,
    });
    expect(interrupted).toBe(true);
    expect(rounds.direct).toBe(5);
    expect(samples.filter(({ path }) => path === 'direct').map(({ ns }) => ns.length)).toEqual(
      new Array(6).fill(5),
    );
  });
});

describe('the target', () => {
  const targetOf = (overrides: Overrides<Plan> = {}) => {
    const plan = devicePlanOf(planWith(overrides));
    return new SimulatedTarget(plan, memoryFor(plan));
  };

  test('remaps, verifies and clears', () => {
    const target = targetOf();
    expect(target.command('verify 7')).toBe('sector 7 not remapped');
    expect(target.command('remap 7')).toBe('remapped sector 7 -> spare sector 40');
    expect(target.command('remap 7')).toBe('error: sector 7 already remapped');
    expect(target.command('verify 7')).toBe('sector 7 -> spare 40');
    expect(target.command('clear')).toBe('cleared all remap entries');
    expect(target.command('verify 7')).toBe('sector 7 not remapped');
    // The spare is not given back.
    expect(target.command('remap 7')).toBe('remapped sector 7 -> spare sector 41');
  });

  test('is exhausted after sixty remaps of the published device of 100 sectors', () => {
    const target = targetOf({ device: HUNDRED });
    const answers = Array.from({ length: 61 }, (_, lba) => target.command(`remap ${lba}`));
    expect(answers.filter((answer) => answer.startsWith('remapped'))).toHaveLength(60);
    expect(answers[60]).toBe('error: no unreserved spare sectors');
  });

  test.each(COMMANDS)('answers %s', (command) => {
    const text = ['remap', 'verify'].includes(command) ? `${command} 3` : command;
    const published = targetOf().command(text);
    const corrected = targetOf({ allocator: { protocol: 'guarded' } }).command(text);
    expect(published.startsWith('error: unknown command')).toBe(
      ['info', 'debug', 'stats', 'status'].includes(command),
    );
    expect(corrected).not.toMatch(/unknown/);
  });
});

test('no LBA is remapped twice, and a verify names the last one', () => {
  const texts = new CommandTexts(planWith());
  const remaps = Array.from({ length: 4096 }, () => texts.next('remap'));
  expect(new Set(remaps).size).toBe(4096);
  expect(texts.next('verify')).toBe(`verify ${remaps.at(-1)?.slice('remap '.length)}`);
  expect(texts.next('ping')).toBe('ping');
});

test('a remap in steps uses up spares as a command does, until there are none', () => {
  const steps = new RemapSteps(devicePlanOf(planWith({ device: HUNDRED })));
  const taken = new Float64Array(STEPS.length);
  const granted = Array.from({ length: 61 }, (_, lba) => steps.remap(lba, taken));
  expect(granted.filter(Boolean)).toHaveLength(60);
  expect(granted[60]).toBe(false);
});

describe('a device that is too small', () => {
  test.each([
    { overhead: { repetitions: 960 }, fits: true },
    { overhead: { repetitions: 961 }, fits: false },
    { overhead: { repetitions: 900, fillCount: 60 }, fits: true },
    { overhead: { repetitions: 900, fillCount: 61 }, fits: false },
    { overhead: { commands: ['ping', 'clear'], repetitions: 95, fillCount: 10 }, fits: true },
    { overhead: { commands: ['ping', 'clear'], repetitions: 96, fillCount: 10 }, fits: false },
    { overhead: { commands: ['ping'], repetitions: 5000 }, fits: true },
  ] as const)('$overhead fits: $fits', ({ overhead, fits }) => {
    const shortage = shortageOf(planWith({ overhead }));
    expect(shortage === null).toBe(fits);
    if (!fits) expect(shortage).toMatch(/960 spares/);
  });
});

import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { CommandTexts } from '../../../src/overhead/command-texts.ts';
import { devicePlanOf, shortageOf } from '../../../src/overhead/device-plan.ts';
import { runExperiment } from '../../../src/overhead/experiment.ts';
import { RemapSteps, STEPS } from '../../../src/overhead/remap-steps.ts';
import { makeTarget } from '../../../src/overhead/target.ts';
import { COMMANDS, type Plan } from '../../../src/scenario/plan.ts';
import { type PlanOverrides, somePlan } from '../../support/run-record.ts';

function planWith(overrides: PlanOverrides = {}): Plan {
  return somePlan({
    device: { sectorCount: 4096, spare: { sectorCount: 1000, placement: 'v4-dynamic' } },
    allocator: { kind: 'cached', protocol: 'as-published', outerLock: true },
    remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
    target: { protocol: 'as-published' },
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

const GUARDED = {
  allocator: { protocol: 'guarded', outerLock: false },
  target: { protocol: 'guarded' },
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
    const commands = ['ping', 'remap', 'clear'] as const;
    const plan = (fillCount: number, protocols: PlanOverrides = {}) =>
      planWith({ ...protocols, overhead: { commands, fillCount } });
    const { answers, refusedRemaps } = await runExperiment(plan(10), never);
    expect(answers.direct?.clear).toBe('cleared all remap entries');
    // Ten from 40 on were remapped before; in the first round clear and its fill may come first.
    expect(answers.direct?.remap).toMatch(/-> spare sector (50|60)$/);
    expect(refusedRemaps.direct).toBe(0);
    // Thirty times 32 is all the spares there are, and no published clear gives one back.
    expect((await runExperiment(plan(32), never)).refusedRemaps.direct).toBeGreaterThan(0);
    expect((await runExperiment(plan(32, GUARDED), never)).refusedRemaps.direct).toBe(0);
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

/** That the messages do what they should is tested where they are; here, that it is they. */
describe('the target', () => {
  const targetOf = (overrides: PlanOverrides = {}) => makeTarget(devicePlanOf(planWith(overrides)));

  test('as published, keeps used what clear forgets', () => {
    const target = targetOf();
    expect(target.command('remap 7')).toBe('remapped sector 7 -> spare sector 40');
    expect(target.command('remap 7')).toBe('error: sector 7 already remapped');
    expect(target.command('clear')).toBe('cleared all remap entries');
    expect(target.command('verify 7')).toBe('sector 7 not remapped');
    expect(target.command('remap 7')).toBe('remapped sector 7 -> spare sector 41');
  });

  test('corrected, gets every spare back', () => {
    const target = targetOf({ ...GUARDED, device: HUNDRED });
    for (let round = 0; round < 3; round++) {
      for (let lba = 0; lba < 60; lba++) {
        expect(target.command(`remap ${lba}`)).toMatch(/^remapped/);
      }
      expect(target.command('remap 60')).toBe('error: no unreserved spare sectors available');
      target.command('clear');
    }
  });

  test('is exhausted after sixty remaps of the published device of 100 sectors', () => {
    const target = targetOf({ device: HUNDRED });
    const answers = Array.from({ length: 61 }, (_, lba) => target.command(`remap ${lba}`));
    expect(answers.filter((answer) => answer.startsWith('remapped'))).toHaveLength(60);
    expect(answers[60]).toBe('error: no unreserved spare sectors available');
  });

  test.each(COMMANDS)('answers %s', (command) => {
    const text = ['remap', 'verify'].includes(command) ? `${command} 3` : command;
    const isUnknown = ['info', 'debug', 'stats', 'status'].includes(command);
    for (const overrides of [{}, GUARDED]) {
      const answer = targetOf(overrides).command(text);
      if (isUnknown) expect(answer).toBe(`error: unknown command ${command}`);
      else expect(answer).not.toMatch(/error/);
    }
  });
});

test('no LBA is remapped twice, and a verify names the last one', () => {
  const texts = new CommandTexts(planWith());
  const remaps = Array.from({ length: 4096 }, () => texts.next('remap'));
  expect(new Set(remaps).size).toBe(4096);
  expect(texts.next('verify')).toBe(`verify ${remaps.at(-1)?.slice('remap '.length)}`);
  expect(texts.next('ping')).toBe('ping');
});

describe('a remap in steps', () => {
  const stepsOf = (overrides: PlanOverrides = {}) =>
    new RemapSteps(devicePlanOf(planWith({ device: HUNDRED, ...overrides })));

  test.each([
    { protocol: 'as published', overrides: {} },
    { protocol: 'guarded', overrides: GUARDED },
  ])('$protocol uses up spares as a command does, until there are none', ({ overrides }) => {
    const steps = stepsOf(overrides);
    const taken = new Float64Array(STEPS.length);
    const granted = Array.from({ length: 61 }, (_, lba) => steps.remap(lba, taken));
    expect(granted.filter(Boolean)).toHaveLength(60);
    expect(granted[60]).toBe(false);
  });

  test('that is refused has no steps of an older one', () => {
    const steps = stepsOf();
    const taken = new Float64Array(STEPS.length);
    expect(steps.remap(7, taken)).toBe(true);
    expect(steps.remap(7, taken)).toBe(false);
  });

  test('has all of its time in the steps or around them', () => {
    const steps = stepsOf();
    const taken = new Float64Array(STEPS.length);
    const beganNs = nowNs();
    steps.remap(7, taken);
    const tookNs = nowNs() - beganNs;
    for (const ns of taken) expect(ns).toBeGreaterThanOrEqual(0);
    expect(taken.reduce((sum, ns) => sum + ns, 0)).toBeLessThanOrEqual(tookNs);
  });
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

  test('lasts when clear gives spares back, as long as there are sectors', () => {
    const overhead = { commands: ['ping', 'remap', 'clear'], fillCount: 30 } as const;
    const plan = (repetitions: number) =>
      planWith({ ...GUARDED, overhead: { ...overhead, repetitions } });
    expect(shortageOf(plan(131))).toBeNull();
    // 30 + 132 × 31 sectors of 4096.
    expect(shortageOf(plan(132))).toMatch(/32 spares and 4122 sectors/);
    expect(shortageOf({ ...plan(131), target: { protocol: 'as-published' } })).not.toBeNull();
  });
});

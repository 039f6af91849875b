import { expect, test } from 'vitest';
import {
  type CampaignProgress,
  ModuleSubject,
  minimiseFailure,
  runCampaign,
  type Subject,
  searching,
  verdictName,
} from '../../../src/explore/index.ts';
import { instrumented } from '../../support/explored.ts';

const COUNTS = `
export function counts(words, times) { for (let i = 0; i < times; i++) Atomics.add(words, 0, 1); }
export function racy(words) { words[0] = words[0] + 1; }
`;
const DPOR = { kind: 'dpor' } as const;

async function counting(times: number, threadCount = 2): Promise<ModuleSubject> {
  const code = await instrumented(COUNTS);
  const words = Int32Array.of(0);
  const { counts } = code.exports as { counts(words: Int32Array, times: number): unknown };
  const threads = Array.from({ length: threadCount }, () => () => counts(words, times));
  return new ModuleSubject({ name: `counts-${times}`, code, words, threads });
}

async function racing(): Promise<ModuleSubject> {
  const code = await instrumented(COUNTS);
  const words = Int32Array.of(0);
  const { racy } = code.exports as { racy(words: Int32Array): unknown };
  const judge = ([count]: Int32Array) => (count === 2 ? null : `counted ${count}`);
  const threads = [() => racy(words), () => racy(words)];
  return new ModuleSubject({ name: 'racy', code, words, threads, judge });
}

/** Executions that the search of a subject takes from beginning to end. */
function executionsOf(subject: Subject): number {
  const search = searching(subject, { strategy: DPOR });
  for (let step = search.next(false); ; step = search.next(false)) {
    if (step.done) return step.value.executions;
  }
}

test('a search put aside goes on where it stood', async () => {
  const [large, small] = [await counting(7), await counting(1)];
  const wanted = [executionsOf(large), executionsOf(small)];
  const { explorations, verdict, subjectCount } = await runCampaign([large, small], {
    strategy: DPOR,
    forNs: 60e9,
    only: null,
  });
  expect(verdictName(verdict)).toBe('pass-exhaustive');
  expect(explorations.map(({ executions }) => executions)).toEqual(wanted);
  expect(wanted[0]).toBeGreaterThan(1000);
  expect(subjectCount).toBe(2);
});

test('what its share was too little for has what the others leave over', async () => {
  // About a second of work, where the first turn gives it a third of one.
  const subjects = [await counting(9)];
  for (let small = 0; small < 49; small++) subjects.push(await counting(1));
  const { verdict } = await runCampaign(subjects, { strategy: DPOR, forNs: 30e9, only: null });
  expect(verdictName(verdict)).toBe('pass-exhaustive');
});

test('a time that is over says how far each came, and never passes', async () => {
  const subjects = [await counting(1), await counting(20)];
  const { verdict, explorations } = await runCampaign(subjects, {
    strategy: DPOR,
    forNs: 1,
    only: null,
  });
  expect(verdictName(verdict)).toBe('unknown-budget');
  expect(explorations.map((one) => verdictName(one.verdict))).toEqual([
    'pass-exhaustive',
    'unknown-budget',
  ]);
});

test('an interruption ends it in the middle; nothing is claimed of what was not begun', async () => {
  const interruption = new AbortController();
  const seen: CampaignProgress[] = [];
  const { verdict, explorations, isInterrupted, subjectCount } = await runCampaign(
    [await counting(1), await counting(20), await counting(1)],
    {
      strategy: DPOR,
      forNs: 60e9,
      only: null,
      signal: interruption.signal,
      onProgress: (progress) => {
        seen.push(progress);
        interruption.abort('SIGINT');
      },
    },
  );
  expect(isInterrupted).toBe(true);
  expect(verdictName(verdict)).toBe('unknown-budget');
  expect(explorations.map(({ name }) => name)).toEqual(['counts-1', 'counts-20']);
  expect(subjectCount).toBe(3);
  expect(seen[0]).toMatchObject({ name: 'counts-20', doneCount: 1, subjectCount: 3, forNs: 60e9 });
});

test('interrupted before it begins, it claims nothing either', async () => {
  const signal = AbortSignal.abort('SIGTERM');
  const options = { strategy: DPOR, forNs: 60e9, only: null, signal };
  const { verdict, isInterrupted } = await runCampaign([await counting(20)], options);
  expect({ verdict, isInterrupted }).toEqual({
    verdict: { kind: 'unknown-budget' },
    isInterrupted: true,
  });
});

test('a failure ends it, and is kept when making it small is interrupted', async () => {
  const { verdict, failure } = await runCampaign([await counting(1), await racing()], {
    strategy: DPOR,
    forNs: 60e9,
    only: null,
  });
  expect(verdictName(verdict)).toBe('fail');
  if (failure === null) throw new Error('nothing was found');
  expect(failure.fault).toMatchObject({ kind: 'forbidden outcome', text: 'counted 1' });
  const minimal = await minimiseFailure(failure, AbortSignal.abort('SIGINT'));
  expect(minimal.subject).toBe(failure.subject);
  expect(minimal.schedule).toMatch(/^x1\./);
});

test('a data race is the failure where nothing else is wrong', async () => {
  const code = await instrumented(COUNTS);
  const words = Int32Array.of(0);
  const { racy } = code.exports as { racy(words: Int32Array): unknown };
  const threads = [() => racy(words), () => racy(words)];
  const subject = new ModuleSubject({ name: 'racy', code, words, threads });
  const options = { strategy: DPOR, forNs: 60e9 };
  const { failure } = await runCampaign([subject], { ...options, only: null });
  expect(failure?.fault.kind).toBe('data race');
  const blind = await runCampaign([subject], { ...options, only: ['deadlock'] });
  expect(verdictName(blind.verdict)).toBe('pass-exhaustive');
});

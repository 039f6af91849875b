import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: a run that breaks ends by itself within the watchdog's time, with exit 4, the cause, who
 * held what, and its partial results marked.
 *
 * Method: the faults that a scenario may plant in a thread of load.
 */
const out = temporaryFolder();
const QUICK = [
  'scenarios/quickstart.yaml',
  '--set',
  'load.duration=30s',
  '--set',
  'watchdog=500ms',
];

function planted(does: string): string[] {
  const fault = `faults={thread: {index: 1, afterOperations: 5000, does: ${does}}}`;
  return [...QUICK, '--set', fault];
}

describe('a thread of load', () => {
  test('that throws breaks the run, and its words are the reason', async () => {
    const { code, result } = await runJson(out, planted('throw'));
    expect(code).toBe(4);
    expect(result.ending.kind).toBe('broken');
    expect(result.ending.reason).toMatch(/^thread 1 died: the fault that the scenario plants/);
    expect(result.ending.dump).toContainEqual(expect.stringMatching(/^thread 1: dead; 5000 /));
  });

  test('that is gone without a word breaks the run', async () => {
    const { code, result } = await runJson(out, planted('exit'));
    expect(code).toBe(4);
    expect(result.ending.reason).toMatch(/^thread 1 died: /);
  });

  test.each(['test-and-test-and-set', 'ticket', 'mcs', 'queued', 'mutex'])(
    'that never releases its %s lock breaks the run, and is named as the holder',
    async (kind) => {
      const words = [...planted('hold-lock'), '--set', `lock.kind=${kind}`];
      const { code, result } = await runJson(out, words);
      expect(code).toBe(4);
      expect(result.ending.reason).toMatch(/completed no operation for 0\.5 s/);
      expect(result.ending.dump).toContain('allocation lock: held by thread 1');
      expect(result.ending.dump).toContainEqual(
        expect.stringMatching(/^thread [023]: waiting for the allocation lock/),
      );
      expect(result.warnings.map(({ id }) => id)).toContain('partial');
    },
  );
});

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the load, keeps the results and exits %i', async (signal, code) => {
    const answer = await sparestorm(['run', ...QUICK, '--out', out], {
      signalWhenRunning: signal,
    });
    expect(answer.code).toBe(code);
    expect(answer.stdout).toContain(`Interrupted by ${signal}`);
    expect(answer.stdout).toMatch(/result: {2}\S/);
  });
});

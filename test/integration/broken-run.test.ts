import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder } from '../support/cli.ts';
import { expectHolderNamed, LONG_RUN, withFaultyThread } from '../support/faulty-thread.ts';

/**
 * Goal: a run that breaks ends by itself within the watchdog's time, with exit 4, the cause, who
 * held what, and its partial results marked.
 *
 * Method: the faults that a scenario may plant in a thread of load. Not covered: the other locks; a
 * long test takes them.
 */
const out = temporaryFolder();

describe('a thread of load', () => {
  test('that throws breaks the run, and its words are the reason', async () => {
    const { code, result } = await runJson(out, withFaultyThread('throw'));
    expect(code).toBe(4);
    expect(result.ending.kind).toBe('broken');
    expect(result.ending.reason).toMatch(/^thread 1 died: the fault that the scenario plants/);
    expect(result.ending.dump).toContainEqual(expect.stringMatching(/^thread 1: dead; 5000 /));
  });

  test('that is gone without a word breaks the run', async () => {
    const { code, result } = await runJson(out, withFaultyThread('exit'));
    expect(code).toBe(4);
    expect(result.ending.reason).toMatch(/^thread 1 died: /);
  });

  test('that never releases its lock breaks the run, and is named as the holder', async () => {
    await expectHolderNamed(out, 'test-and-test-and-set');
  });
});

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the load, keeps the results and exits %i', async (signal, code) => {
    const answer = await sparestorm(['run', ...LONG_RUN, '--out', out], {
      signalWhenRunning: signal,
    });
    expect(answer.code).toBe(code);
    expect(answer.stdout).toContain(`Interrupted by ${signal}`);
    expect(answer.stdout).toMatch(/result: {2}\S/);
  });
});

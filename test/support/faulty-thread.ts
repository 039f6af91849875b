import { expect } from 'vitest';
import { runJson } from './cli.ts';

/** A load that would take long, and a watchdog that does not. */
export const LONG_RUN = [
  'scenarios/quickstart.yaml',
  '--set',
  'load.duration=30s',
  '--set',
  'watchdog=500ms',
];

/** The words of a run in which a thread of load goes wrong in the way that is named. */
export function withFaultyThread(does: string): string[] {
  const fault = `faults={thread: {index: 1, afterOperations: 5000, does: ${does}}}`;
  return [...LONG_RUN, '--set', fault];
}

/** A thread that keeps the lock for ever breaks the run, and is named as the holder. */
export async function expectHolderNamed(out: string, lockKind: string): Promise<void> {
  const words = [...withFaultyThread('hold-lock'), '--set', `lock.kind=${lockKind}`];
  const { code, result } = await runJson(out, words);
  expect(code).toBe(4);
  expect(result.ending.reason).toMatch(/completed no operation for 0\.5 s/);
  expect(result.ending.dump).toContain('allocation lock: held by thread 1');
  expect(result.ending.dump).toContainEqual(
    expect.stringMatching(/^thread [023]: waiting for the allocation lock/),
  );
  expect(result.warnings.map(({ id }) => id)).toContain('partial');
}

import { expect } from 'vitest';
import { sparestorm } from './cli.ts';

/** What tests read of the document that `explore --json` writes. */
export interface ExploreAnswer {
  readonly verdict: string;
  readonly meaning: string;
  readonly interruptedBy: string | null;
  readonly canaries: { readonly planted: number; readonly caught: number };
  readonly programCount: number;
  readonly programs: readonly { readonly name: string; readonly executions: number }[];
  readonly counterexample: {
    readonly schedule: string;
    readonly preemptions: number;
    readonly steps: readonly unknown[];
    readonly fault: { readonly kind: string; readonly text: string };
  } | null;
  readonly replayWith: string | null;
  readonly followed: { readonly isSame: boolean; readonly difference: string | null } | null;
  readonly realThreads: { readonly rounds: number; readonly hasEnded: boolean } | null;
}

/** Explores with the built program, looking at real threads for a moment only. */
export async function explored(words: readonly string[]) {
  const { code, stdout, stderr } = await sparestorm([
    'explore',
    ...words,
    '--confirm',
    '100ms',
    '--json',
  ]);
  expect(stderr).toBe('');
  return { code, answer: JSON.parse(stdout) as ExploreAnswer };
}

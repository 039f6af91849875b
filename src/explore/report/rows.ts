import type { Counterexample, TracedStep } from './counterexample.ts';

/**
 * A counterexample line by line, as every report shows it. Each line belongs to one thread:
 *
 *     access    a step that matters, or, unfolded, any
 *     folded    so many steps that do not, counted
 *     answer    what an operation came to
 *     switch    the thread is not the next to go, and why
 */
export type Row =
  | {
      readonly kind: 'access';
      readonly thread: number;
      readonly index: number;
      readonly step: TracedStep;
    }
  | {
      readonly kind: 'folded';
      readonly thread: number;
      readonly count: number;
      /** First and last of them. */
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'answer';
      readonly thread: number;
      readonly index: number;
      readonly text: string;
    }
  | {
      readonly kind: 'switch';
      readonly thread: number;
      /** First step of the thread that goes next. */
      readonly index: number;
      readonly why: SwitchReason;
    };

type SwitchReason = 'put aside' | 'waits' | 'at its end';

/** @param full every step, none folded */
export function rowsOf(example: Counterexample, full: boolean): readonly Row[] {
  const { steps, events } = example;
  const rows: Row[] = [];
  let folded = 0;
  const unfold = (before: number) => {
    const from = before - folded;
    const thread = steps[from]?.thread ?? 0;
    if (folded > 0) rows.push({ kind: 'folded', thread, count: folded, from, to: before - 1 });
    folded = 0;
  };
  const lastOf = lastSteps(steps);
  for (const [index, step] of steps.entries()) {
    const { thread } = step;
    const previous = steps[index - 1]?.thread ?? thread;
    if (previous !== thread) {
      unfold(index);
      const goesOn = (lastOf[previous] ?? 0) > index || example.unfinished.includes(previous);
      const why = step.preempts ? 'put aside' : goesOn ? 'waits' : 'at its end';
      rows.push({ kind: 'switch', thread: previous, index, why });
    }
    if (full || step.matters) {
      unfold(index);
      rows.push({ kind: 'access', thread, index, step });
    } else folded++;
    for (const event of events) {
      if (event.step !== index || event.thread !== thread) continue;
      unfold(index + 1);
      rows.push({ kind: 'answer', thread, index, text: event.text });
    }
  }
  unfold(steps.length);
  return rows;
}

/** By thread: its last step. */
function lastSteps(steps: readonly TracedStep[]): readonly number[] {
  const last: number[] = [];
  for (const [index, { thread }] of steps.entries()) last[thread] = index;
  return last;
}

/** `= 3` or `3 → 4`. */
export function valuesText({ before, after }: TracedStep): string {
  return before === after ? `= ${before}` : `${before} → ${after}`;
}

/** The file's own name, without folder and ending: `guarded-cached-allocator:57`. */
export function shortPlace({
  file,
  line,
}: {
  readonly file: string;
  readonly line: number;
}): string {
  return `${file.slice(file.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]s$/, '')}:${line}`;
}

/** `1 step`, `2 steps`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

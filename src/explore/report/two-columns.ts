import type { Counterexample, TracedStep } from './counterexample.ts';

const WIDTH = 62;

/**
 * A counterexample as text: a column a thread, a line a step that matters, the others counted.
 *
 * @param full every step, none folded
 * @param replayWith what to type to see it again; by default the bare schedule
 */
export function renderCounterexample(
  example: Counterexample,
  full = false,
  replayWith = example.schedule,
): string {
  const { steps, threadCount } = example;
  const lines = [
    `${example.name}`,
    `FAIL  ${example.fault.kind}: ${example.fault.text}`,
    `${steps.length} steps, ${example.preemptions} pre-emption${example.preemptions === 1 ? '' : 's'}`,
    '',
    row('', threadCount, (thread) => `T${thread}`),
  ];
  let folded = 0;
  const unfold = (thread: number) => {
    if (folded > 0)
      lines.push(
        row('…', threadCount, only(thread, `(${folded} access${folded === 1 ? '' : 'es'})`)),
      );
    folded = 0;
  };
  for (const [index, step] of steps.entries()) {
    const previous = steps[index - 1];
    if (previous !== undefined && previous.thread !== step.thread) {
      unfold(previous.thread);
      lines.push(row('', threadCount, only(previous.thread, switchText(step))));
    }
    if (full || step.matters) {
      unfold(step.thread);
      lines.push(row(String(index), threadCount, only(step.thread, stepText(step))));
    } else folded++;
    for (const event of example.events) {
      if (event.step !== index || event.thread !== step.thread) continue;
      unfold(step.thread);
      lines.push(row('', threadCount, only(step.thread, `= ${event.text}`)));
    }
  }
  unfold(steps.at(-1)?.thread ?? 0);
  lines.push('');
  if (example.window !== null) lines.push(`critical window: ${example.window.text}`);
  lines.push(`replay: ${replayWith}`);
  return lines.join('\n');
}

function stepText({ file, line, access, word, before, after }: TracedStep): string {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.[jt]s$/, '');
  const values = before === after ? `= ${before}` : `${before} → ${after}`;
  return `${name}:${line} ${access} ${word} ${values}`;
}

function switchText(step: TracedStep): string {
  return step.preempts ? '──── put aside ────' : '──── cannot go on ────';
}

function only(thread: number, text: string): (column: number) => string {
  return (column) => (column === thread ? text : '');
}

function row(head: string, columns: number, cell: (column: number) => string): string {
  const cells = Array.from({ length: columns }, (_, column) => cell(column).padEnd(WIDTH));
  return `${head.padStart(4)} ${cells.join('│ ')}`.trimEnd();
}

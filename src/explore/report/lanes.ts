import type { Counterexample, TracedRace, TracedStep } from './counterexample.ts';
import { counted, type Row, rowsOf, shortPlace, valuesText } from './rows.ts';

/** Columns that a lane stands to the right of the one before, by the number of threads. */
const INDENTS: readonly number[] = [0, 16, 16, 10];
const INDENT_OF_MANY = 7;
/** Races named where not all are asked for. */
const RACES_SHOWN = 3;

/**
 * A counterexample as text: a lane a thread, a line a step that matters, the others counted. A line
 * belongs to one thread alone, so its text may run on over the lanes to the right of it.
 *
 * @param full every step and every race, none left out
 * @param replayWith what to type to see it again; by default the bare schedule
 */
export function renderCounterexample(
  example: Counterexample,
  full = false,
  replayWith = example.schedule,
): string {
  const { name, fault, steps, preemptions, threadCount } = example;
  const lines = [
    name,
    `FAIL  ${fault.kind}: ${fault.text}`,
    `${counted(steps.length, 'step')}, ${counted(preemptions, 'pre-emption')}`,
    '',
    headOf(threadCount),
    ...rowsOf(example, full).map((row) => lineOf(row, threadCount)),
    '',
    ...windowLines(example),
    ...raceLines(example.races, full),
    `replay: ${replayWith}`,
  ];
  return lines.join('\n');
}

function headOf(threadCount: number): string {
  const lane = indentOf(threadCount);
  const names = Array.from({ length: threadCount }, (_, thread) => `T${thread}`);
  return `     ${names.map((name) => name.padEnd(lane - 2)).join('│ ')}`.trimEnd();
}

function lineOf(row: Row, threadCount: number): string {
  const head = row.kind === 'access' ? String(row.index) : '';
  const lane = `${' '.repeat(indentOf(threadCount) - 2)}│ `;
  return `${head.padStart(4)} ${lane.repeat(row.thread)}${textOf(row)}`;
}

function indentOf(threadCount: number): number {
  return Math.max(4, INDENTS[threadCount - 1] ?? INDENT_OF_MANY);
}

function textOf(row: Row): string {
  switch (row.kind) {
    case 'access':
      return stepText(row.step);
    case 'folded':
      return `… ${row.count} ${row.count === 1 ? 'access' : 'accesses'}`;
    case 'answer':
      return `= ${row.text}`;
    case 'switch':
      return `──── ${row.why} ────`;
  }
}

function stepText(step: TracedStep): string {
  return `${shortPlace(step)} ${step.access} ${step.word} ${valuesText(step)}`;
}

function windowLines({ window, steps }: Counterexample): string[] {
  if (window === null) return [];
  const [from, to] = [window.from, window.to].map((index) => steps[index] as TracedStep);
  return [
    `critical window: thread ${window.thread}, steps ${window.from} to ${window.to}`,
    `  from  ${from?.file}:${from?.line}`,
    `  to    ${to?.file}:${to?.line}`,
    `  meanwhile another thread touched ${window.words.join(', ')}`,
  ];
}

function raceLines(races: readonly TracedRace[], full: boolean): string[] {
  if (races.length === 0) return ['data races: none in this interleaving'];
  const shown = full ? races : races.slice(0, RACES_SHOWN);
  const left = races.length - shown.length;
  return [
    `data races: ${counted(races.length, 'pair')} of places in this interleaving`,
    ...shown.map(({ word, places: [one, other] }) => {
      const there = one.file === other.file ? `:${other.line}` : shortPlace(other);
      return `  ${shortPlace(one)} ${one.access} ↔ ${there} ${other.access}  ${word}`;
    }),
    ...(left > 0 ? [`  … ${left} more; --full lists them`] : []),
  ];
}

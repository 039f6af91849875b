import {
  type Campaign,
  type Exploration,
  parseLockProgram,
  parseProgram,
  parseTableProgram,
  verdictName,
  verdictText,
} from '../explore/index.ts';
import { exactCount, plural } from '../report/text.ts';

/** Programs of one size, and how far the search came with them. */
export interface Coverage {
  /** `2 threads, 4 operations`; of the lock or the table alone `lock, 2 threads, 3 rounds`. */
  readonly what: string;
  readonly programs: number;
  readonly exhausted: number;
  /** The others, by what can be said of them: `pass-bounded(1)`. */
  readonly others: Readonly<Record<string, number>>;
}

/** By size, in the order in which they were searched. */
export function coverageOf({ explorations }: Campaign): readonly Coverage[] {
  const groups = new Map<string, Exploration[]>();
  for (const exploration of explorations) {
    const what = sizeText(exploration.name);
    groups.set(what, [...(groups.get(what) ?? []), exploration]);
  }
  return [...groups].map(([what, group]) => {
    const others: Record<string, number> = {};
    for (const { verdict } of group) {
      if (verdict.kind === 'pass-exhaustive') continue;
      const name = verdict.kind === 'pass-sampled' ? verdict.kind : verdictName(verdict);
      others[name] = (others[name] ?? 0) + 1;
    }
    const open = Object.values(others).reduce((sum, count) => sum + count, 0);
    return { what, programs: group.length, exhausted: group.length - open, others };
  });
}

/** A line a size; one line for all where all were exhausted. */
export function coverageLines(campaign: Campaign): readonly string[] {
  const { explorations, failure } = campaign;
  const first = explorations[0]?.name ?? '';
  const last = explorations.at(-1)?.name ?? '';
  if (explorations.length < 2) return explorations.map(({ name }) => name);
  if (failure !== null) return [`from ${first} to ${last}`];
  const coverage = coverageOf(campaign);
  if (coverage.every(({ exhausted, programs }) => exhausted === programs)) {
    return [`all exhausted, from ${first} to ${last}`];
  }
  const columns = Math.max(...coverage.map(({ what }) => what.length));
  return coverage.flatMap(({ what, programs, exhausted, others }) => {
    const [first = '', ...rest] = Object.entries(others).map(
      ([name, count]) => `, ${exactCount(count)} ${name}`,
    );
    const line = `${what.padEnd(columns)}  ${exactCount(exhausted)} of ${exactCount(programs)} exhausted`;
    return [line + first, ...rest.map((text) => text.slice(2).padStart(columns + text.length))];
  });
}

/** What the verdict of the whole means: the weakest holds for all, and more for some. */
export function meaningOf(campaign: Campaign): string {
  const { verdict, explorations, isInterrupted, failure, subjectCount } = campaign;
  if (isInterrupted && failure === null) {
    const begun = exactCount(explorations.length);
    return (
      `Interrupted after ${begun} of ${plural(subjectCount, 'program')} had been begun. ` +
      'Nothing was found until then, and nothing is claimed.'
    );
  }
  const exhausted = explorations.filter(({ verdict: one }) => one.kind === 'pass-exhaustive');
  const isMixed = exhausted.length > 0 && exhausted.length < explorations.length;
  if (verdict.kind === 'fail' || !isMixed) return verdictText(verdict);
  const some = `${exactCount(exhausted.length)} of ${plural(explorations.length, 'program')}`;
  return `${some} were exhausted: every interleaving of them was covered. Of the others: ${lowered(
    verdictText(verdict),
  )}`;
}

/** What no line of the report may be taken to say. */
export function notCoveredBy({ verdict, explorations, failure }: Campaign): readonly string[] {
  const races = explorations.some((one) => one.races.length > 0);
  return [
    ...(failure === null
      ? ['Larger programs than these: more threads, more operations, larger rings and areas.']
      : ['Other faults: the search ends at the first.']),
    ...(verdict.kind === 'pass-bounded'
      ? [
          `Interleavings with more than ${plural(verdict.preemptions, 'pre-emption')} of the programs ` +
            'that were not exhausted.',
        ]
      : []),
    ...(races
      ? ['What compilers and processors may make of the data races: more than interleavings show.']
      : []),
    'Time: naps, time-outs, fairness and speed are not modelled.',
    'The C code: what is explored is this model of it.',
  ];
}

function sizeText(name: string): string {
  const lock = parseLockProgram(name);
  if (lock !== null) return `lock, ${sizesText(lock.rounds, 'round')}`;
  const table = parseTableProgram(name);
  return table === null
    ? sizesText(parseProgram(name).threads.map(operationCountOf), 'operation')
    : `table, ${sizesText(table.threads.map(operationCountOf), 'call')}`;
}

function sizesText(sizes: readonly number[], noun: string): string {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return `${plural(sizes.length, 'thread')}, ${plural(total, noun)}`;
}

function operationCountOf(thread: string): number {
  return thread.replace(/[0-9]/g, '').length;
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

import type { Budget } from '../overhead/budget.ts';
import type { Comparison, JudgedOperation, Percentile } from '../overhead/judge.ts';
import { comparisonIn, SHARE_NAMES } from '../overhead/judge.ts';
import type { OverheadPath, OverheadResult } from '../overhead/result.ts';
import { EMPTY } from '../overhead/samples.ts';
import { about, differenceText, SUBJECT } from '../overhead/words.ts';
import { type Style, styleOf, type TextOptions } from '../report/style.ts';
import { plural, wrap } from '../report/text.ts';
import { formatNs, formatPercent } from '../units.ts';
import { tableText } from './table-text.ts';

/** What the paths are, for people who have not read the manual. */
const PATH_WORDS: Readonly<Record<string, string>> = {
  direct: 'a function call',
  message: 'a request to another thread and back',
  process: 'a child process for every command',
};

/** An experiment as a person is told: what was measured, what it bears out, what it does not. */
export function overheadText(result: OverheadResult, options: TextOptions): string {
  const style = styleOf(options);
  const blocks = [
    headerLines(result, style),
    ...result.paths.map((path) => pathLines(path, result.marginNs, style)),
    budgetLines(result.budget, style),
    ...besideLines(result, style),
    qualifyingLines(result, style),
    closingLines(result, style),
  ];
  const lines = blocks.filter((block) => block.length > 0).flatMap((block) => [...block, '']);
  return lines.map((line) => line.trimEnd()).join('\n');
}

function headerLines(result: OverheadResult, style: Style): string[] {
  const { rounds, samplesFile, seed, expect } = result;
  const what =
    samplesFile === null
      ? `${plural(rounds.wanted ?? 0, 'round', about(rounds.wanted ?? 0))} in random order`
      : `samples of ${samplesFile}`;
  const parts = [style.clip(result.name, 40), 'overhead', style.text(what), `seed ${seed}`];
  if (expect !== 'any') parts.push(`expects ${expect}`);
  return [style.title(parts.join('   '))];
}

function pathLines(path: OverheadPath, marginNs: number, style: Style): string[] {
  const { operations } = path;
  const words = PATH_WORDS[path.path];
  const title = `${path.path.toUpperCase()}${words === undefined ? '' : `   ${words}`}`;
  const count = operations[0]?.count ?? 0;
  const isCounted = operations.some((one) => one.count !== count);
  const compared = operations.filter(({ comparison }) => comparison !== null);
  return [
    `  ${style.title(style.text(title))}${isCounted ? '' : style.text(`   ${about(count)} of each`)}`,
    ...indented(percentileTable(operations, isCounted, style)),
    ...(operations.some(hasMark) ? ['    * fewer than ten samples lie beyond it'] : []),
    '',
    ...indented(comparisonTable(compared, marginNs, style)),
    '',
    ...path.says.flatMap((sentence) => bullet(sentence, style)),
  ];
}

function hasMark({ percentiles }: JudgedOperation): boolean {
  return percentiles.some(({ restsOnFew }) => restsOnFew);
}

/** Each percentile with its bootstrap interval beneath it. */
function percentileTable(
  operations: readonly JudgedOperation[],
  isCounted: boolean,
  style: Style,
): string {
  const cell = ({ ns, interval, restsOnFew }: Percentile): string => {
    const value = style.text(`${formatNs(ns)}${restsOnFew ? '*' : ' '}`);
    if (interval === null) return value;
    return `${value}\n${style.text(`${formatNs(interval.low)}…${formatNs(interval.high)}`)} `;
  };
  return tableText(
    ['', ...(isCounted ? ['count'] : []), ...SHARE_NAMES.map((name) => `${name} `)],
    operations.map(({ operation, count, percentiles }) => [
      style.text(operation),
      ...(isCounted ? [String(count)] : []),
      ...percentiles.map(cell),
    ]),
    [1, 2, 3, 4, 5],
  );
}

function comparisonTable(
  operations: readonly JudgedOperation[],
  marginNs: number,
  style: Style,
): string {
  if (operations.length === 0) return '';
  const margin = style.text(formatNs(marginNs));
  const rows = operations.map(({ operation, comparison }) => {
    const { equivalence, isDifferent, isEquivalent, isBeyondMargin, detectableNs, ...rest } =
      comparison as Comparison;
    return [
      style.text(operation),
      style.text(differenceText(comparison as Comparison)),
      isDifferent ? 'yes' : 'no',
      isEquivalent ? 'yes' : isBeyondMargin ? 'no' : 'open',
      formatPercent(Math.round(equivalence.power * 1000) / 1000),
      style.text(formatNs(detectableNs)),
      about(rest.repetitionsToSeeMargin),
    ];
  });
  const within = `within\n${style.text('±')}${margin}`;
  const head = ['minus ping', 'difference (95 %)', 'differs', within, 'power', 'detects'];
  return tableText([...head, `runs for\n${margin}`], rows, [1, 2, 3, 4, 5, 6]);
}

function budgetLines(budget: Budget | null, style: Style): string[] {
  if (budget === null || budget.paths.length === 0) return [];
  const { steps, paths } = budget;
  const row = (name: string, measured: string, floor: string, of: (index: number) => number) => [
    name,
    measured,
    floor,
    ...paths.map(({ totalNs }, index) =>
      totalNs === 0 ? '' : `${formatNs(of(index))}  ${shareText(of(index) / totalNs)}`,
    ),
  ];
  const at = (index: number) => paths[index] as Budget['paths'][number];
  const rows = [
    row('transport', '', '', (index) => at(index).transportNs),
    ...steps.map(({ step, ns, low, high, floorNs }) =>
      row(step, `${formatNs(ns)}\n± ${formatNs((high - low) / 2)}`, formatNs(floorNs), () => ns),
    ),
    row('the rest', '', '', (index) => at(index).restNs).map((cell, column) =>
      column < 3 ? cell : `${cell}\n± ${formatNs(at(column - 3).errorNs)}`,
    ),
    row('one remap', '', '', (index) => at(index).totalNs),
  ].map((cells) => cells.map((cell) => cell.split('\n').map(style.text).join('\n')));
  const columns = paths.map((_, index) => index + 3);
  return [
    `  ${style.title('BUDGET')}   where the median remap goes; steps measured in place, less the floor`,
    ...indented(
      tableText(['', 'step', 'floor', ...paths.map(({ path }) => style.text(path))], rows, [
        1,
        2,
        ...columns,
      ]),
    ),
  ];
}

/** Two digits, to a hundredth of a percent, so that what is next to nothing is seen to be. */
function shareText(share: number): string {
  const percent = share * 100;
  if (Math.abs(percent) >= 10) return `${percent.toFixed(0)}%`;
  return Math.abs(percent) >= 0.01 ? `${percent.toPrecision(2)}%` : '<0.01%';
}

/** The other experiment's medians beside ours, and what its samples say. */
function besideLines({ beside, paths }: OverheadResult, style: Style): string[][] {
  return beside.map((other) => {
    const names = other.operations.map(({ operation }) => operation);
    const columns = [other, ...paths];
    const rows = names.map((name) => [
      style.text(name),
      ...columns.map(({ operations }) => {
        const found = operations.find(({ operation }) => operation === name);
        return found === undefined ? '' : style.text(formatNs(found.percentiles[0]?.ns ?? 0));
      }),
    ]);
    rows.push([
      `${SUBJECT} - ${EMPTY}`,
      ...columns.map((path) => {
        const comparison = comparisonIn(path, SUBJECT);
        if (comparison === null) return '';
        const [estimate = '', error = ''] = differenceText(comparison).split(' ± ');
        return `${style.text(estimate)}\n${style.text(`± ${error}`)}`;
      }),
    ]);
    rows.push(['runs', ...columns.map((path) => about(runsOf(path)))]);
    const head = ['medians', ...columns.map(({ path }) => style.text(path))];
    const right = columns.map((_, index) => index + 1);
    return [
      `  ${style.title('BESIDE')}   ${style.text(`samples of ${other.path}, by the same rules`)}`,
      ...indented(tableText(head, rows, right)),
      '',
      ...other.says.flatMap((sentence) => bullet(`${other.path}: ${sentence}`, style)),
    ];
  });
}

function runsOf({ operations }: OverheadPath): number {
  return operations.find(({ operation }) => operation === SUBJECT)?.count ?? 0;
}

function qualifyingLines(result: OverheadResult, style: Style): string[] {
  const { environment, delayNs, ending } = result;
  const warn = (text: string) =>
    wrap(style.text(text), style.width - 4).map(
      (line, index) => `  ${index === 0 ? style.mark('warn').trimEnd() : ' '} ${line}`,
    );
  const lines: string[] = [];
  if (environment !== null) {
    const { clock, jitter, node, cores } = environment;
    lines.push(
      style.text(`  clock ${formatNs(clock.costNs)} a reading, steps of ${formatNs(clock.stepNs)}`),
      `  idle loop lost ${formatPercent(jitter.lostShare)}   Node ${node}   ${plural(cores, 'core')}`,
    );
  }
  if (delayNs > 0)
    lines.push(...warn(`A delay of ${formatNs(delayNs)} is planted in every remap.`));
  if (ending.kind === 'interrupted') {
    const done = Object.entries(result.rounds.done).map(([path, count]) => `${path} ${count}`);
    lines.push(
      ...warn(`PARTIAL: interrupted by ${ending.reason}. Rounds done: ${done.join(', ')}.`),
    );
  }
  return lines;
}

function closingLines({ verdict, repro }: OverheadResult, style: Style): string[] {
  const mark = style.mark(verdict.exitCode === 0 ? 'pass' : 'fail').trimEnd();
  const [first = '', ...rest] = wrap(style.text(verdict.sentence), style.width - 4);
  return [
    `  ${mark} ${first}`,
    ...rest.map((line) => `    ${line}`),
    `  repeat:  ${style.text(repro)}`,
  ];
}

function bullet(sentence: string, style: Style): string[] {
  return wrap(style.text(sentence), style.width - 6).map(
    (line, index) => `    ${index === 0 ? '-' : ' '} ${line}`,
  );
}

function indented(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `    ${line}`);
}

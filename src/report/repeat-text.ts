import { formatMetric, type Metric, metricNamed } from '../scenario/metrics.ts';
import { bareTable } from './bare-table.ts';
import { escaped, tableOf } from './markdown.ts';
import type { Repeat } from './repeat-schema.ts';
import { styleOf, type TextOptions } from './style.ts';
import { hanging } from './terminal.ts';
import { clip, exactCount, plural, printable } from './text.ts';

const NAME_COLUMNS_MAX = 40;
const HEAD = ['median', 'low', 'high', 'min', 'max'] as const;

/** What several runs came to, for a terminal: after the reports of the runs themselves. */
export function repeatText(
  repeat: Repeat,
  options: TextOptions & { readonly path?: string },
): string {
  const style = styleOf(options);
  const { exitCode, sentence } = repeat.verdict;
  const mark = style.mark(exitCode === 0 ? 'pass' : 'fail').trimEnd();
  const lines = [
    style.title(`REPEAT   ${headOf(repeat, (name) => style.clip(name, NAME_COLUMNS_MAX))}`),
    ...bareTable(
      ['', ...HEAD],
      figureRows(repeat).map((row) => row.map(style.text)),
    ),
    '',
    ...hanging('  ', repeat.interval.sentence, style),
    ...judgedLines(repeat).flatMap((line) => hanging('  ', line, style)),
    '',
    ...hanging(`  ${mark} `, sentence, style),
    `  repeat:  ${style.text(repeat.repro)}`,
    ...(options.path === undefined ? [] : [`  result:  ${style.text(options.path)}`]),
    '',
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** The same for a pull request or a wiki. */
export function repeatMarkdown(repeat: Repeat): string {
  const { verdict } = repeat;
  const mark = verdict.exitCode === 0 ? '✓' : '✗';
  const blocks = [
    `# ${mark} ${escaped(headOf(repeat, (name) => clip(printable(name), 2 * NAME_COLUMNS_MAX)))}`,
    `${escaped(verdict.sentence)} (exit code ${verdict.exitCode}).`,
    tableOf(
      ['', ...HEAD],
      figureRows(repeat).map((row) => row.map(escaped)),
    ),
    escaped(repeat.interval.sentence),
    judgedLines(repeat)
      .map((line) => `- ${escaped(line)}`)
      .join('\n'),
    tableOf(
      ['seed', 'exit', 'outcome', 'folder'],
      repeat.runs.map(({ seed, exitCode, outcome, folder }) => [
        String(seed),
        String(exitCode),
        outcome,
        escaped(folder),
      ]),
    ),
    'To do it again, all runs, then each of them:',
    [repeat.repro, ...repeat.runs.map(({ repro }) => repro)]
      .map((line) => `    ${printable(line)}`)
      .join('\n'),
  ].filter((block) => block !== '');
  return `${blocks.join('\n\n')}\n`;
}

function headOf({ name, runs, requested }: Repeat, shown: (name: string) => string): string {
  const [first, last] = [runs[0]?.seed ?? 0, runs.at(-1)?.seed ?? 0];
  const of = runs.length < requested ? ` of ${requested}` : '';
  return `${shown(name)}, ${plural(runs.length, 'run')}${of}, seeds ${first} to ${last}`;
}

function figureRows({ metrics, shown }: Repeat): string[][] {
  return metrics
    .filter(({ name }) => shown.includes(name))
    .map((figure) => {
      const metric = metricNamed(figure.name) as Metric;
      return [figure.name, ...HEAD.map((key) => formatMetric(metric, figure[key]))];
    });
}

/** Thresholds and checks that did not hold everywhere, and warnings, with how many runs. */
function judgedLines({ thresholds, checks, warnings, runs }: Repeat): string[] {
  const failed = thresholds.filter((threshold) => threshold.failed > 0);
  const broken = checks.filter((check) => check.broken > 0);
  const warned = warnings.map(({ id, runs: count }) => `${id} (${count})`);
  return [
    ...failed.map(
      ({ expression, failed: count }) => `${expression}: failed in ${count} of ${runs.length}`,
    ),
    ...(thresholds.length > 0 && failed.length === 0
      ? [`${plural(thresholds.length, 'threshold')} held in every run`]
      : []),
    ...broken.map(
      ({ name, broken: count, violations }) =>
        `${name}: broken in ${count} of ${runs.length}, ${exactCount(violations)} in all`,
    ),
    ...(broken.length === 0 ? ['no check was broken in any run'] : []),
    ...(warned.length === 0 ? [] : [`warnings, by runs: ${warned.join(', ')}`]),
  ];
}

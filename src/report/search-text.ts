import { formatPercent } from '../units.ts';
import { bareTable } from './bare-table.ts';
import { escaped, tableOf } from './markdown.ts';
import { failedText } from './search.ts';
import type { Search, SearchProbe } from './search-schema.ts';
import { styleOf, type TextOptions } from './style.ts';
import { hanging } from './terminal.ts';
import { clip, plural, printable } from './text.ts';

const NAME_COLUMNS_MAX = 40;

/** What a search came to, for a terminal. */
export function searchText(
  search: Search,
  options: TextOptions & { readonly path?: string },
): string {
  const style = styleOf(options);
  const { exitCode, sentence } = search.verdict;
  const table = bareTable(
    ['', search.key, 'why', 'exit'],
    search.probes.map((probe) => [
      style.mark(markOf(probe)).trimEnd(),
      probe.value.text,
      probe.purpose,
      String(probe.exitCode),
    ]),
    [2],
  );
  const [head = '', ...rows] = table;
  const observed = search.probes.map(observedText);
  const mark = style.mark(exitCode === 0 ? 'pass' : 'fail').trimEnd();
  const lines = [
    style.title(`SEARCH   ${headOf(search, (name) => style.clip(name, NAME_COLUMNS_MAX))}`),
    ...hanging('  ', methodOf(search), style),
    '',
    head,
    ...rows.flatMap((row, index) => hanging(`${row}  `, observed[index] ?? '', style)),
    '',
    ...hanging(`  ${mark} `, sentence, style),
    `  repeat:  ${style.text(search.repro)}`,
    ...(options.path === undefined ? [] : [`  result:  ${style.text(options.path)}`]),
    '',
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** One probe while the search goes on: `probe 3: load.threads 4 held`. */
export function probeLine(probe: SearchProbe, order: number, key: string): string {
  const { held, value, purpose, outcome } = probe;
  const answer = held === null ? outcome : held ? 'held' : `failed (${failedText(probe)})`;
  return `probe ${order}: ${key} ${value.text}, ${purpose}: ${answer}`;
}

/** The same for a pull request or a wiki. */
export function searchMarkdown(search: Search): string {
  const { verdict, probes } = search;
  const mark = verdict.exitCode === 0 ? '✓' : '✗';
  const blocks = [
    `# ${mark} ${escaped(headOf(search, (name) => clip(printable(name), 2 * NAME_COLUMNS_MAX)))}`,
    `${escaped(verdict.sentence)} (exit code ${verdict.exitCode}).`,
    escaped(methodOf(search)),
    tableOf(
      ['', escaped(search.key), 'why', 'exit', 'observed', 'seed', 'folder'],
      probes.map((probe) => [
        { pass: '✓', fail: '✗', none: '–', warn: '!' }[markOf(probe)],
        escaped(probe.value.text),
        probe.purpose,
        String(probe.exitCode),
        escaped(observedText(probe)),
        String(probe.seed),
        escaped(probe.folder),
      ]),
    ),
    'To search again, then to repeat each probe:',
    [search.repro, ...probes.map(({ repro }) => repro)]
      .map((line) => `    ${printable(line)}`)
      .join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headOf({ name, key, conditions }: Search, shown: (name: string) => string): string {
  return `${shown(name)}: the highest ${key} with ${conditions.join(' and ')}`;
}

function methodOf({ from, to, scale, tolerance, probes, seed }: Search): string {
  const last = seed + probes.length - 1;
  const seeds = last === seed ? `seed ${seed}` : `seeds ${seed} to ${last}`;
  return (
    `From ${from.text} to ${to.text} by ${scale} bisection to ${formatPercent(tolerance)}, ` +
    `${plural(probes.length, 'probe')}, ${seeds}.`
  );
}

function markOf({ held }: SearchProbe): 'pass' | 'fail' | 'none' {
  if (held === null) return 'none';
  return held ? 'pass' : 'fail';
}

/** What the conditions came to, those that hold of themselves left to their figures. */
function observedText({ conditions, held, outcome }: SearchProbe): string {
  const texts = conditions.map(({ expression, observedText, pass }) => {
    const metric = expression.split(/\s/)[0] ?? expression;
    return `${metric} ${observedText}${pass ? '' : ' (failed)'}`;
  });
  return [...(held === null ? [outcome] : []), ...texts].join(', ');
}

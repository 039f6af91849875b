import type { Result, ResultThreshold } from './result-schema.ts';
import { styleOf, type TextOptions } from './style.ts';
import { hanging } from './terminal.ts';
import { columnsOf, exactCount, plural } from './text.ts';
import { expectedText, isExpected } from './verdict.ts';

const NAME_COLUMNS_MAX = 36;
/** What a row has besides its name: mark, exit code, and some columns of text. */
const OTHER_COLUMNS = 34;

/**
 * What several runs came to, one under the other: whether each held, its exit code, and what
 * decided that. Printed after the reports, so that a folder of claims ends in a table of answers.
 */
export function runListText(results: readonly Result[], options: TextOptions): string {
  const style = styleOf(options);
  const isRepeated = new Set(results.map(({ source }) => source.file)).size < results.length;
  const room = Math.min(NAME_COLUMNS_MAX, style.width - OTHER_COLUMNS);
  const names = results.map(({ name, seed }) =>
    style.clip(isRepeated ? `${name}, seed ${seed}` : name, room),
  );
  const columns = Math.max(...names.map(columnsOf));
  const heldCount = results.filter(({ verdict }) => verdict.exitCode === 0).length;
  const counts = `${plural(results.length, 'run')}, ${heldCount} held, ${results.length - heldCount} not`;
  const lines = results.flatMap((result, index) => {
    const { exitCode } = result.verdict;
    const mark = style.mark(exitCode === 0 ? 'pass' : 'fail');
    const name = names[index] as string;
    const padding = ' '.repeat(columns - columnsOf(name));
    const head = `  ${mark} ${name}${padding}  ${String(exitCode).padStart(3)}  `;
    return hanging(head, decidingText(result), style);
  });
  const exits = `${' '.repeat(columns + style.markColumns + 1)} exit`;
  return [style.title(`RUNS   ${counts}`), exits, ...lines, ''].join('\n');
}

/** What the exit code rests on, in a few words. */
function decidingText(result: Result): string {
  const { verdict, checks, expect, thresholds, ending } = result;
  switch (verdict.outcome) {
    case 'broken':
      return `the run broke: ${ending.reason}`;
    case 'interrupted':
      return `interrupted by ${ending.reason}`;
    case 'expectation-failed':
      return `expected ${expectedText(expect)}, and there was none`;
    case 'integrity':
      return brokenText(checks.filter((check) => !isExpected(check, expect)));
    case 'threshold-failed':
      return thresholdText(thresholds.filter(({ pass }) => !pass));
    case 'pass': {
      const found = brokenText(checks);
      const shown = found === '' ? [] : [`${found}, as expected`];
      return [...shown, thresholdText(thresholds)].filter(Boolean).join('; ') || 'all checks held';
    }
  }
}

/** Causes alone: what follows from them is in the report of the run. */
function brokenText(checks: Result['checks']): string {
  const broken = checks.filter(({ verdict }) => verdict === 'broken');
  const causes = broken.filter(({ consequenceOf }) => consequenceOf === null);
  return (causes.length > 0 ? causes : broken)
    .map(({ name, count }) => `${name} broken ${exactCount(count)}`)
    .join(', ');
}

function thresholdText(thresholds: readonly ResultThreshold[]): string {
  return thresholds
    .map(({ expression, observedText, pass }) =>
      // `x == 5` that held says what x was.
      pass && expression.includes(' == ') ? expression : `${expression}: ${observedText}`,
    )
    .join(', ');
}

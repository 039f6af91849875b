import { writeFileSync } from 'node:fs';
import { trendsOf } from '../compare/trend.ts';
import { trendText } from '../compare/trend-text.ts';
import { EXIT, UsageError } from '../errors.ts';
import { readResults, type StoredResult } from '../report/history.ts';
import { historyCsv, historyParquet } from '../report/history-table.ts';
import { filtered, type RunFilter } from '../report/run-filter.ts';
import { METRIC_GROUPS, METRICS, metricNamed } from '../scenario/metrics.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { type FilterArguments, filterOf } from './filter-options.ts';
import { terminalOf } from './terminal-of.ts';

export interface HistoryArguments extends FilterArguments {
  /** A metric, or `export`. */
  readonly what: string;
  readonly out: string;
  readonly json: boolean;
  readonly all: boolean;
  readonly format: 'csv' | 'parquet';
  readonly to: string | undefined;
}

/** A metric over the stored runs, or all of them as one table. */
export async function historyCommand(args: HistoryArguments): Promise<number> {
  const filter = filterOf(args);
  const metric = args.what === 'export' ? null : metricNamed(args.what);
  if (metric === undefined) {
    const known = [...METRICS.map(({ name }) => name), 'export'];
    const hint = didYouMean(args.what, known);
    throw new UsageError(
      `there is no metric "${args.what}"; ${hint.startsWith('known') ? METRIC_GROUPS.join(', ') : hint}`,
    );
  }
  const { runs, problems } = await readResults(args.out);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const wanted = filteredResults(runs, filter);
  if (metric === null) return exported(wanted, args);
  const trends = trendsOf(wanted, metric);
  const shown = args.all ? trends : trends.slice(0, 1);
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, trends: shown }, null, 2)}\n`);
    return EXIT.held;
  }
  if (shown.length === 0) {
    process.stdout.write(`no runs in ${args.out} fit\n`);
    return EXIT.held;
  }
  const terminal = terminalOf(process.stdout);
  process.stdout.write(shown.map((trend) => `${trendText(trend, metric, terminal)}\n`).join('\n'));
  const rest = trends.length - shown.length;
  if (rest > 0) {
    process.stdout.write(`  ${rest} more of other scenarios or hosts: --all, or --scenario NAME\n`);
  }
  return EXIT.held;
}

function filteredResults(runs: readonly StoredResult[], filter: RunFilter): StoredResult[] {
  return filtered(runs, filter, ({ path, result }) => ({
    name: result.name,
    folder: path,
    startedAt: result.startedAt,
    outcome: result.verdict.outcome,
  }));
}

function exported(runs: readonly StoredResult[], { format, to }: HistoryArguments): number {
  if (to === undefined && format === 'parquet') {
    throw new UsageError('history export --format parquet needs a file: --to runs.parquet');
  }
  const content = format === 'csv' ? historyCsv(runs) : historyParquet(runs);
  if (to === undefined) {
    process.stdout.write(content);
    return EXIT.held;
  }
  try {
    writeFileSync(to, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--to ${to} cannot be written: ${reason}`);
  }
  process.stdout.write(`${to}\n`);
  return EXIT.held;
}

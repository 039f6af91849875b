import { parquetWriteBuffer } from 'hyparquet-writer';
import { METRICS } from '../scenario/metrics.ts';
import { type Cell, csvText } from './csv.ts';
import type { StoredResult } from './history.ts';
import { metricValue } from './thresholds.ts';

interface HistoryColumn {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE' | 'TIMESTAMP';
  readonly of: (run: StoredResult) => Cell;
}

const facts: readonly HistoryColumn[] = [
  { name: 'folder', type: 'STRING', of: ({ path }) => path.split(/[\\/]/).at(-1) ?? path },
  { name: 'startedAt', type: 'TIMESTAMP', of: ({ result }) => result.startedAt },
  { name: 'name', type: 'STRING', of: ({ result }) => result.name },
  { name: 'seed', type: 'DOUBLE', of: ({ result }) => result.seed },
  { name: 'outcome', type: 'STRING', of: ({ result }) => result.verdict.outcome },
  { name: 'exitCode', type: 'DOUBLE', of: ({ result }) => result.verdict.exitCode },
  { name: 'tool', type: 'STRING', of: ({ result }) => result.tool },
  { name: 'node', type: 'STRING', of: ({ result }) => result.environment.node },
  { name: 'platform', type: 'STRING', of: ({ result }) => result.environment.platform },
  { name: 'cpu', type: 'STRING', of: ({ result }) => result.environment.cpu },
  { name: 'cores', type: 'DOUBLE', of: ({ result }) => result.environment.cores },
  { name: 'threads', type: 'DOUBLE', of: ({ result }) => result.threadCount },
  { name: 'durationNs', type: 'DOUBLE', of: ({ result }) => result.durationNs },
];

/** Every metric once: `read.p99` is another name of `read.service.p99`. */
const metrics = [
  ...new Map(METRICS.map((metric) => [metric.path.join('/'), metric] as const)).values(),
];

/** A row a run: what it was, and every metric that a threshold can name, in its own unit. */
const COLUMNS: readonly HistoryColumn[] = [
  ...facts,
  ...metrics.map(
    (metric): HistoryColumn => ({
      name: metric.name,
      type: 'DOUBLE',
      of: ({ result }) => metricValue(metric, result),
    }),
  ),
];

export function historyCsv(runs: readonly StoredResult[]): string {
  const head = COLUMNS.map(({ name }) => name);
  return csvText(
    head,
    runs.map((run) => COLUMNS.map((column) => column.of(run))),
  );
}

/** Apache Parquet, for DuckDB and its like. What has no value is null. */
export function historyParquet(runs: readonly StoredResult[]): Uint8Array {
  const columnData = COLUMNS.map(({ name, type, of }) => ({
    name,
    type,
    nullable: true,
    data: runs.map((run) => {
      const value = of(run);
      return type === 'TIMESTAMP' ? new Date(String(value)) : value;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

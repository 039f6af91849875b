import type { LatencySummary } from '../record/latency-summary.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { formatByteRate, formatCount, formatNs, formatRate } from '../units.ts';
import { totalOperations } from './measured.ts';
import type { Result } from './result-schema.ts';

/**
 * Of each job what reports list: when it ran and how much it did, and the latencies of its
 * operations. Nothing where there is one job only, whose figures are those of the run.
 */
export interface JobRow {
  readonly name: string;
  /** Beside JOB_COLUMNS. */
  readonly cells: readonly string[];
}

export const JOB_COLUMNS: readonly string[] = [
  'threads',
  'begin',
  'end',
  'operations',
  'a second',
  'data',
];

export function jobRows({ jobs }: Result): JobRow[] {
  if (jobs.length === 1) return [];
  return jobs.map(({ name, threadCount, startNs, endNs, operations, throughput }) => ({
    name,
    cells: [
      String(threadCount),
      startNs === null ? '–' : formatNs(startNs),
      endNs === null ? '–' : formatNs(endNs),
      formatCount(totalOperations({ operations })),
      formatRate(throughput.operationsPerSecond),
      formatByteRate(throughput.bytesPerSecond),
    ],
  }));
}

export interface JobLatencies {
  readonly job: string;
  /** `read`, or `read response`. */
  readonly what: string;
  /** Both. */
  readonly name: string;
  /** Where its summary stands in result.json. */
  readonly path: readonly string[];
  readonly latencies: LatencySummary;
}

/** Service time first; the response time below it, where it is another. */
export function jobLatencies({ jobs }: Result): JobLatencies[] {
  if (jobs.length === 1) return [];
  return jobs.flatMap((job, index) =>
    OPERATIONS.flatMap((operation): JobLatencies[] => {
      const { service, response } = job.operations[operation];
      if (service.count === 0) return [];
      const path = ['jobs', String(index), 'operations', operation];
      const row = (what: string, kind: string, latencies: LatencySummary): JobLatencies => ({
        job: job.name,
        what,
        name: `${job.name} ${what}`,
        path: [...path, kind],
        latencies,
      });
      const own = row(operation, 'service', service);
      if (areEqual(service, response)) return [own];
      return [own, row(`${operation} response`, 'response', response)];
    }),
  );
}

export function areEqual(a: LatencySummary, b: LatencySummary): boolean {
  return (Object.keys(a) as (keyof LatencySummary)[]).every((key) => a[key] === b[key]);
}

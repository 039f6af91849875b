import { UsageError } from '../errors.ts';
import { fioJson } from './fio-json.ts';
import { reportPage } from './html/page.ts';
import { intervalsCsv } from './intervals-csv.ts';
import { junitXml } from './junit.ts';
import { markdownSummary } from './markdown.ts';
import { prometheusText } from './prometheus.ts';
import { spectraText } from './spectra.ts';
import type { StoredRun } from './stored-run.ts';
import type { TextOptions } from './style.ts';
import { summaryText } from './terminal.ts';

/** What a stored run can be shown as. */
export const FORMATS = [
  'html',
  'markdown',
  'junit',
  'prometheus',
  'csv',
  'fio',
  'text',
  'hgrm',
] as const;
export type Format = (typeof FORMATS)[number];

/** What the file of a format is called in the folder of its run. */
export const FORMAT_FILES: { readonly [F in Format]: string } = {
  html: 'report.html',
  markdown: 'summary.md',
  junit: 'junit.xml',
  prometheus: 'metrics.prom',
  csv: 'intervals.csv',
  fio: 'fio.json',
  text: 'report.txt',
  hgrm: 'latency.hgrm',
};

/** Those that every run has, in the order in which they are listed. */
export const DEFAULT_FORMATS: readonly Format[] = ['html', 'markdown', 'junit', 'hgrm'];

export interface Rendering {
  readonly run: StoredRun;
  /** Its folder; null when it is in none. */
  readonly path: string | null;
}

/** As plain as a file wants it. */
const PLAIN: TextOptions = { color: false, unicode: true, width: 100 };

/** Formats of which one document holds any number of runs. */
const JOINED: { readonly [F in Format]?: (runs: readonly StoredRun[]) => string } = {
  junit: (runs) => junitXml(runs.map(({ result }) => result)),
  prometheus: (runs) => prometheusText(runs.map(({ result }) => result)),
  fio: fioJson,
};

/**
 * One document of all the runs.
 *
 * @throws UsageError when the format holds one run only and there are several, or when it needs
 *   what is not stored
 */
export function rendered(
  format: Format,
  runs: readonly Rendering[],
  options: TextOptions = PLAIN,
): string {
  const join = JOINED[format];
  if (join !== undefined) return join(runs.map(({ run }) => run));
  if (format === 'markdown') {
    return runs.map(({ run }) => markdownSummary(run.result)).join('\n');
  }
  if (format === 'text') return runs.map((one) => summaryOf(one, options)).join('\n');
  const [only] = runs;
  if (only === undefined || runs.length > 1) {
    throw new UsageError(`${format} shows one run; ${runs.length} were named`);
  }
  const { result, details } = only.run;
  if (format === 'html') return reportPage(only.run);
  if (format === 'csv') return intervalsCsv(result);
  if (details === null) {
    throw new UsageError(`${format} needs details.json, which is missing or damaged`);
  }
  return spectraText(result, details);
}

function summaryOf({ run, path }: Rendering, options: TextOptions): string {
  return summaryText(run.result, path === null ? options : { ...options, resultPath: path });
}

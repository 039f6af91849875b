import { UsageError } from '../errors.ts';
import type { Details } from '../report/details-schema.ts';
import { REPORT_FILE, renderedFiles } from '../report/rendered.ts';
import type { Result } from '../report/result-schema.ts';
import type { OtherRun } from '../report/stored-run.ts';

const FILES = { html: REPORT_FILE, markdown: 'summary.md', hgrm: 'latency.hgrm' } as const;

/** What a report can be: one page, a summary for a merge request, percentile spectra. */
export type ReportFormat = keyof typeof FILES;

export interface ReportableRun {
  readonly result: Result;
  /** Without, a page has no curves, and there are no spectra. */
  readonly details: Details | null;
  /** A run to draw dashed behind the percentiles. */
  readonly baseline?: OtherRun | null;
}

/** The text of a run's report: a function of what was measured, which reads and writes nothing. */
export function renderReport(
  { result, details, baseline = null }: ReportableRun,
  format: ReportFormat = 'html',
): string {
  const name = FILES[format];
  const file = renderedFiles({ result, details, repeats: [], baseline }).find(
    (one) => one.name === name,
  );
  if (file === undefined) throw new UsageError(`${format} cannot be made without details`);
  return file.text;
}

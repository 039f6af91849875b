import type { Details } from '../report/details-schema.ts';
import { type Format, rendered } from '../report/formats.ts';
import type { Result } from '../report/result-schema.ts';
import type { OtherRun } from '../report/stored-run.ts';

/** What a report can be; as `report --format` has it. */
export type ReportFormat = Format;

export interface ReportableRun {
  readonly result: Result;
  /** Without, a page has no curves, and there are no spectra. */
  readonly details: Details | null;
  /** A run to draw dashed behind the percentiles. */
  readonly baseline?: OtherRun | null;
}

/**
 * The text of a run's report: a function of what was measured, which reads and writes nothing.
 *
 * @throws UsageError when the format needs details, and there are none
 */
export function renderReport(
  { result, details, baseline = null }: ReportableRun,
  format: ReportFormat = 'html',
): string {
  return rendered(format, [{ run: { result, details, repeats: [], baseline }, path: null }]);
}

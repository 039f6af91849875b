import { reportPage } from './html/page.ts';
import { markdownSummary } from './markdown.ts';
import { spectraText } from './spectra.ts';
import type { StoredRun } from './stored-run.ts';

export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

export const REPORT_FILE = 'report.html';

/** Every file of a run's folder that is made from what is stored, and can be made again. */
export function renderedFiles(run: StoredRun): RenderedFile[] {
  const { result, details } = run;
  const files = [
    { name: REPORT_FILE, text: reportPage(run) },
    { name: 'summary.md', text: markdownSummary(result) },
  ];
  if (details !== null) files.push({ name: 'latency.hgrm', text: spectraText(result, details) });
  return files;
}

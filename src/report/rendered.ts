import { DEFAULT_FORMATS, FORMAT_FILES, type Format, rendered } from './formats.ts';
import type { StoredRun } from './stored-run.ts';

export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

export const REPORT_FILE = FORMAT_FILES.html;

/** Every file of a run's folder that is made from what is stored, and can be made again. */
export function renderedFiles(run: StoredRun, path: string | null): RenderedFile[] {
  const possible = DEFAULT_FORMATS.filter((format) => format !== 'hgrm' || run.details !== null);
  return possible.map((format) => renderedFile(format, run, path));
}

/** @throws UsageError when the run lacks what the format shows */
export function renderedFile(format: Format, run: StoredRun, path: string | null): RenderedFile {
  return { name: FORMAT_FILES[format], text: rendered(format, [{ run, path }]) };
}

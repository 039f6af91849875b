import { basename, join } from 'node:path';
import { EXIT, UsageError } from '../errors.ts';
import { writeRendered } from '../report/folder.ts';
import { type Format, type Rendering, rendered } from '../report/formats.ts';
import { renderedFile, renderedFiles } from '../report/rendered.ts';
import { readRun } from '../report/stored-run.ts';
import { terminalOf } from './terminal-of.ts';

export interface ReportArguments {
  readonly runs: readonly string[];
  readonly out: string;
  readonly baseline: string | undefined;
  readonly format: Format | undefined;
  readonly write: boolean;
}

/**
 * Makes the reports of stored runs again, from what is stored and nothing else. A run that cannot
 * be read is named and passed over; it is an error only when no run could be.
 */
export async function reportCommand(args: ReportArguments): Promise<number> {
  const { runs, out, baseline, format } = args;
  const printed: Rendering[] = [];
  let writtenCount = 0;
  for (const id of runs) {
    try {
      const { path, run, problems } = await readRun(id, out, baseline);
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      if (format !== undefined && !args.write) {
        printed.push({ path, run });
        continue;
      }
      const files =
        format === undefined ? renderedFiles(run, path) : [renderedFile(format, run, path)];
      for (const name of await writeRendered(path, files)) {
        process.stdout.write(`${join(path, basename(name))}\n`);
      }
      writtenCount++;
    } catch (error) {
      if (!(error instanceof UsageError) || runs.length === 1) throw error;
      process.stderr.write(`Skipped: ${error.message}\n`);
    }
  }
  if (format !== undefined && printed.length > 0) {
    const { color, unicode, width } = terminalOf(process.stdout);
    process.stdout.write(rendered(format, printed, { color, unicode, width }));
  }
  return writtenCount + printed.length > 0 ? EXIT.held : EXIT.usage;
}

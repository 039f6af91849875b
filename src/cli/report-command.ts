import { basename, join } from 'node:path';
import { EXIT, UsageError } from '../errors.ts';
import { writeRendered } from '../report/folder.ts';
import { readRun } from '../report/stored-run.ts';

export interface ReportArguments {
  readonly runs: readonly string[];
  readonly out: string;
  readonly baseline: string | undefined;
}

/**
 * Makes the reports of stored runs again, from what is stored and nothing else. A run that cannot
 * be read is named and passed over; it is an error only when no run could be.
 */
export async function reportCommand({ runs, out, baseline }: ReportArguments): Promise<number> {
  let writtenCount = 0;
  for (const id of runs) {
    try {
      const { path, run, problems } = await readRun(id, out, baseline);
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      for (const name of await writeRendered(path, run)) {
        process.stdout.write(`${join(path, basename(name))}\n`);
      }
      writtenCount++;
    } catch (error) {
      if (!(error instanceof UsageError) || runs.length === 1) throw error;
      process.stderr.write(`Skipped: ${error.message}\n`);
    }
  }
  return writtenCount > 0 ? EXIT.held : EXIT.usage;
}

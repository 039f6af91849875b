import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../errors.ts';
import { listRuns, readResult } from '../report/history.ts';
import { REPORT_FILE } from '../report/rendered.ts';
import { RESULT_SCHEMA_VERSION } from '../report/result-schema.ts';
import { filtered } from '../report/run-filter.ts';
import { summaryText } from '../report/terminal.ts';
import { formatNs, formatRate } from '../units.ts';
import { type FilterArguments, filterOf } from './filter-options.ts';
import { tableText } from './table-text.ts';
import { terminalOf } from './terminal-of.ts';

/** The runs of a results folder, newest last. */
export async function listCommand(
  args: FilterArguments & { readonly out: string; readonly json: boolean },
): Promise<number> {
  const filter = filterOf(args);
  const { runs: all, problems } = await listRuns(args.out);
  const runs = filtered(all, filter, (run) => run);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ runs }, null, 2)}\n`);
    return EXIT.held;
  }
  if (runs.length === 0) {
    const none = all.length > 0 ? 'fit' : 'yet: npx sparestorm run <scenario>';
    process.stdout.write(`no runs in ${args.out} ${none}\n`);
    return EXIT.held;
  }
  const rows = runs.map((run) => [
    run.folder,
    run.outcome,
    String(run.collisions),
    formatRate(run.operationsPerSecond),
    run.p99Ns === null ? '' : `${run.operation} ${formatNs(run.p99Ns)}`,
  ]);
  const head = ['run', 'outcome', 'collisions', 'operations', 'p99'];
  process.stdout.write(`${tableText(head, rows, [2, 3, 4])}\n`);
  return EXIT.held;
}

/** One stored run as its terminal showed it. */
export async function showCommand(args: {
  readonly run: string;
  readonly out: string;
  readonly json: boolean;
}): Promise<number> {
  const { path, result } = await readResult(args.run, args.out);
  if (args.json) {
    const document = { schemaVersion: RESULT_SCHEMA_VERSION, results: [result] };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.held;
  }
  const { color, unicode, width } = terminalOf(process.stdout);
  const reportPath = join(path, REPORT_FILE);
  const report = existsSync(reportPath) ? { reportPath } : {};
  process.stdout.write(summaryText(result, { color, unicode, width, resultPath: path, ...report }));
  return EXIT.held;
}

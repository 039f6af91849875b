import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../errors.ts';
import { type Group, type GroupEntry, listGroups, readGroup } from '../report/groups.ts';
import { absentText, folderOf, listRuns, readResult } from '../report/history.ts';
import { REPORT_FILE } from '../report/rendered.ts';
import { repeatText } from '../report/repeat-text.ts';
import { RESULT_SCHEMA_VERSION } from '../report/result-schema.ts';
import { filtered } from '../report/run-filter.ts';
import { searchText } from '../report/search-text.ts';
import { summaryText } from '../report/terminal.ts';
import { asciiOf } from '../report/text.ts';
import { mergeSweeps } from '../sweep/merge.ts';
import { isSweepFolder, SweepFolder } from '../sweep/sweep-folder.ts';
import { formatNs, formatRate } from '../units.ts';
import { type FilterArguments, filterOf } from './filter-options.ts';
import { sweptText } from './swept-text.ts';
import { tableText } from './table-text.ts';
import { terminalOf } from './terminal-of.ts';

/** The runs of a results folder, newest last. */
export async function listCommand(
  args: FilterArguments & { readonly out: string; readonly json: boolean },
): Promise<number> {
  const filter = filterOf(args);
  const { runs: all, problems } = await listRuns(args.out);
  const { groups: allGroups, problems: ofGroups } = await listGroups(args.out);
  const runs = filtered(all, filter, (run) => run);
  const groups = filtered(allGroups, filter, (group) => group);
  for (const problem of [...problems, ...ofGroups]) process.stderr.write(`${problem}\n`);
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ runs, groups }, null, 2)}\n`);
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
  if (groups.length > 0) process.stdout.write(`\n${groupTable(groups)}\n`);
  return EXIT.held;
}

/** What several of them came to. */
function groupTable(groups: readonly GroupEntry[]): string {
  const { unicode } = terminalOf(process.stdout);
  const rows = groups.map(({ folder, outcome, runs }) => [folder, outcome, String(runs)]);
  const [head, ...lines] = tableText(['repeats and searches', 'outcome', 'runs'], rows, [2]).split(
    '\n',
  );
  // In a line of its own: beside the name of the folder there is no room in 80 columns.
  const told = groups.map(({ answer }, index) => `${lines[index]}\n  ${answer}`);
  const shown = [head, ...told].join('\n');
  return unicode ? shown : asciiOf(shown);
}

/** One stored run as its terminal showed it, or what several, or a sweep, came to. */
export async function showCommand(args: {
  readonly run: string;
  readonly out: string;
  readonly json: boolean;
}): Promise<number> {
  const folder = await folderOf(args.run, args.out);
  const group = await readGroup(folder);
  if (group !== null) return showGroup(group, args.json);
  if (await isSweepFolder(folder)) return showSweep(folder, args.json);
  const stored = await readResult(args.run, args.out);
  const { path, result } = stored;
  const older = absentText(stored);
  if (older !== null) process.stderr.write(`${older}\n`);
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

/** What its runs say so far, put together again; in JSON as `merge --json` has it. */
async function showSweep(path: string, isJson: boolean): Promise<number> {
  const merged = await mergeSweeps([await SweepFolder.read(path)]);
  process.stdout.write(
    isJson
      ? `${JSON.stringify(merged, null, 2)}\n`
      : sweptText(merged, path, terminalOf(process.stdout)),
  );
  return EXIT.held;
}

/** As it stood below the runs; in JSON as in the document of `run --json`. */
function showGroup(group: Group, isJson: boolean): number {
  const { path } = group;
  if (isJson) {
    const repeats = group.kind === 'repeat' ? [group.repeat] : [];
    const searches = group.kind === 'search' ? [group.search] : [];
    const document = { schemaVersion: RESULT_SCHEMA_VERSION, results: [], repeats, searches };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.held;
  }
  const options = { ...terminalOf(process.stdout), path };
  process.stdout.write(
    group.kind === 'repeat' ? repeatText(group.repeat, options) : searchText(group.search, options),
  );
  return EXIT.held;
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import yargs from 'yargs';
import { EXPLANATIONS } from './explained.ts';
import { accountOf } from './explanation.ts';
import type { HuntOptions, Judged } from './judged.ts';
import { mutatedFiles, nameOf } from './mutant.ts';
import { reportOf, tableOf } from './table.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const args = await yargs(process.argv.slice(2))
  .scriptName('npm run mutants --')
  .usage('$0 [options]\n\nPlants small faults in the locks and the device, and runs tests at each.')
  .option('file', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'only this file, as in lock/mutex',
  })
  .option('sample', {
    type: 'number',
    default: 1000,
    describe: 'of 1000 mutants of each file, how many',
  })
  .option('whole', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'beginning of the names of files that are no sample',
  })
  .option('seed', { type: 'number', default: 1, describe: 'by which the sample is drawn' })
  .option('only', { type: 'string', default: '', describe: 'part of the name of a mutant' })
  .option('again', {
    type: 'string',
    describe: 'only those that survived in this file, written with --json',
  })
  .option('killers', { type: 'string', default: '', describe: 'part of the name of a test' })
  .option('verbose', { type: 'boolean', default: false, describe: 'say which tests are slow' })
  .option('json', { type: 'boolean', default: false, describe: 'every mutant, as one document' })
  .strict()
  .help()
  .parseAsync();

const names = mutatedFiles().map(({ file }) => file);
const unknown = args.file.filter((file) => !names.includes(file));
if (unknown.length > 0) {
  process.stderr.write(`no such file: ${unknown.join(', ')}; there are ${names.join(', ')}\n`);
  process.exit(2);
}

const options: HuntOptions = {
  files: args.file,
  whole: args.whole,
  share: args.sample,
  seed: args.seed,
  only: args.only,
  among: args.again === undefined ? null : survivorsIn(args.again),
  killers: args.killers,
  verbose: args.verbose,
};
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
const to = join(folder, 'judged.json');
process.env.SPARESTORM_MUTANTS = JSON.stringify({ options, to });
let judged: readonly Judged[] = [];
try {
  const config = join(ROOT, 'vitest.mutants.config.ts');
  const quiet = { root: ROOT, config, watch: false, run: true, reporters: [] };
  // What is printed is ours to say, but for how far it is and what went wrong.
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done() });
  const vitest = await startVitest('test', [], quiet, {}, { stdout });
  const failures = vitest.state
    .getFiles()
    .flatMap(({ tasks, result }) => [
      ...(result?.errors ?? []),
      ...tasks.flatMap((task) => task.result?.errors ?? []),
    ]);
  const unhandled = vitest.state.getUnhandledErrors();
  await vitest.close();
  for (const { message } of [...failures, ...(unhandled as { message: string }[])]) {
    process.stderr.write(`${message}\n`);
  }
  if (failures.length + unhandled.length > 0) process.exit(4);
  judged = JSON.parse(readFileSync(to, 'utf8'));
} finally {
  rmSync(folder, { recursive: true });
}

const all = mutatedFiles().flatMap(({ mutants }) => mutants);
const account = accountOf(judged, EXPLANATIONS, all);
if (args.json) process.stdout.write(`${JSON.stringify(reportOf(judged, account), null, 2)}\n`);
else process.stdout.write(tableOf(judged, account));
process.exitCode =
  account.unexplained.length + account.refuted.length + account.needless.length > 0 ? 1 : 0;

function survivorsIn(file: string): string[] {
  const { mutants } = JSON.parse(readFileSync(file, 'utf8')) as { mutants: readonly Judged[] };
  return mutants.filter(({ outcome }) => outcome !== 'killed').map(nameOf);
}

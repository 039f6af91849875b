import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { type Baseline, keepBest, readBaseline, shortfalls } from './baseline.ts';
import { type Measured, type MeasuredRatio, measure, ratiosOf } from './bench.ts';
import { CommandFailed } from './command.ts';
import { Fio } from './fio.ts';
import { describeMachine } from './machine.ts';
import { RATIOS } from './ratios.ts';
import { Reference } from './reference.ts';
import { rowsOf } from './rows.ts';
import { spreadOf } from './statistics.ts';
import { figuresTable, ratiosTable } from './table.ts';

/** The C files stand in the tree, beside the TypeScript that this was compiled from. */
const SOURCES = fileURLToPath(new URL('../../../test/bench/c/', import.meta.url));

const QUICK_ROUNDS = 2;
const FULL_ROUNDS = 5;
/** With a baseline, what falls short is measured again, so often in all, and the best counts. */
const TRIES = 3;
/** Above this share of the machine in other hands, no figure is worth much. */
const BUSY = 0.06;

const options = await yargs(process.argv.slice(2))
  .scriptName('npm run bench --')
  .usage('$0 [options]\n\nMeasures sparestorm beside a C program and fio that do the same work.')
  .option('quick', { type: 'boolean', default: false, describe: 'the main rows, in two minutes' })
  .option('json', { type: 'boolean', default: false, describe: 'one JSON document' })
  .option('rounds', { type: 'number', describe: 'rounds over all rows; default 5, quick 2' })
  .option('only', { type: 'string', describe: 'rows whose id contains this text' })
  .option('check', { type: 'string', describe: 'fail when a ratio is below its bound there' })
  .strict()
  .parse();

process.exitCode = main();

function main(): number {
  let baseline: Baseline | null = null;
  try {
    baseline = options.check === undefined ? null : readBaseline(options.check);
  } catch (error) {
    return complain((error as Error).message);
  }
  const rounds = options.rounds ?? (options.quick ? QUICK_ROUNDS : FULL_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) return complain('--rounds must be a whole number');
  const reference = orMissing('the C reference', () => new Reference(SOURCES));
  const fio = orMissing('fio', () => new Fio());
  try {
    const all = rowsOf({ reference, fio, isQuick: options.quick });
    const rows = all.filter(
      ({ id, isQuick }) => (isQuick || !options.quick) && id.includes(options.only ?? ''),
    );
    if (rows.length === 0) return complain(`--only ${options.only}: no row has that in its id`);
    const measured = measure(rows, rounds, log);
    for (const failure of measured.failures) log(`not measured: ${failure}`);
    const ratios = ratiosOf(measured.values, RATIOS);
    print(measured, ratios, { rounds, reference, fio });
    if (baseline === null) return measured.failures.length === 0 ? 0 : 1;

    const best = new Map<string, number>();
    keepBest(best, ratios);
    const shares = [measured.othersShare];
    for (let attempt = 1; attempt < TRIES; attempt++) {
      const short = new Set(shortfalls(baseline, best).map(({ id }) => id));
      const again = RATIOS.filter(({ id }) => short.has(id)).flatMap((ratio) => ratio.rows);
      const repeated = rows.filter(({ id }) => again.includes(id));
      if (repeated.length === 0) break;
      const repetition = measure(repeated, rounds, log);
      keepBest(best, ratiosOf(repetition.values, RATIOS));
      shares.push(repetition.othersShare);
    }
    return verdict(baseline, best, shares);
  } finally {
    reference?.dispose();
    fio?.dispose();
  }
}

/**
 * A ratio below its bound fails, unless other programs had a part of the machine in every try: then
 * nothing was learnt, and that is said. What was not measured at all fails either way.
 *
 * @param shares of the machine that others used, one a try
 */
function verdict(
  baseline: Baseline,
  best: ReadonlyMap<string, number>,
  shares: readonly (number | null)[],
): number {
  const short = shortfalls(baseline, best);
  for (const { id, bound, value } of short) {
    const found = value === null ? 'was not measured' : `is ${value.toFixed(3)}`;
    log(`below its bound: ${id} ${found}, the bound is ${bound}`);
  }
  const held = Object.keys(baseline.ratios).length - short.length;
  log(`${held} of ${Object.keys(baseline.ratios).length} bounds held`);
  if (short.length === 0) return 0;
  const isNoise = shares.every((share) => share !== null && share > BUSY);
  if (!isNoise || short.some(({ value }) => value === null)) return 1;
  log('not judged: the machine was busy with something else in every try');
  return 0;
}

function print(
  { values, othersShare, failures }: Measured,
  ratios: readonly MeasuredRatio[],
  given: {
    readonly rounds: number;
    readonly reference: Reference | null;
    readonly fio: Fio | null;
  },
): void {
  const machine = describeMachine();
  const compiler = given.reference?.compiler ?? null;
  const fio = given.fio?.version ?? null;
  const date = new Date().toISOString();
  if (options.json) {
    const rows = [...values].map(([row, subjects]) => ({
      id: row.id,
      title: row.title,
      unit: row.unit,
      subjects: Object.fromEntries(
        [...subjects].map(([name, figures]) => {
          const scaled = figures.map((figure) => figure / row.scale);
          return [name, { ...spreadOf(scaled), values: scaled }];
        }),
      ),
    }));
    const document = {
      schemaVersion: 1,
      date,
      node: process.version,
      machine,
      programs: { compiler, fio },
      quick: options.quick,
      rounds: given.rounds,
      othersShare,
      ratios: Object.fromEntries(
        ratios.map(({ ratio, value, min, max, isReached }) => [
          ratio.id,
          {
            title: ratio.title,
            value,
            min,
            max,
            bar: ratio.bar === 0 ? null : ratio.bar,
            isReached,
          },
        ]),
      ),
      rows,
      failures,
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const share = othersShare === null ? 'unknown' : `${(100 * othersShare).toFixed(1)} %`;
  const lines = [
    `${date}  Node ${process.version}  ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`,
    `${compiler ?? 'no C compiler'}, ${fio ?? 'no fio'}; ${given.rounds} rounds; others used ${share}`,
    '',
    figuresTable(values),
    '',
    ratiosTable(ratios),
  ];
  if (othersShare !== null && othersShare > BUSY) {
    lines.push(
      '',
      'The machine was busy with something else: measure again before you quote this.',
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** null, and a line that says so, where a program is missing. */
function orMissing<T>(what: string, make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    log(`without ${what}: ${error.message}`);
    return null;
  }
}

function complain(sentence: string): number {
  log(sentence);
  return 2;
}

/** Progress goes beside the result, not into it. */
function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

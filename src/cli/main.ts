#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EXIT, EXIT_MEANINGS, type Exit, ScenarioError, UsageError } from '../errors.ts';
import { didYouMean } from '../scenario/suggest.ts';

// Commands are loaded when they are called: asking for help waits for none of them.

// A reader that has seen enough closes the pipe; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.held : EXIT.broken);
});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

async function main(words: string[]): Promise<number> {
  let code: number = EXIT.held;
  const finish = (result: number | Promise<number>): Promise<void> =>
    Promise.resolve(result).then((value) => {
      code = value;
    });

  await parserOf(words, finish).parseAsync();
  return code;
}

function parserOf(
  words: string[],
  finish: (code: number | Promise<number>) => Promise<void>,
): Argv {
  return yargs(words)
    .scriptName('sparestorm')
    .usage(
      [
        'Multithreaded I/O load simulator: a YAML scenario in; tail latencies, checks and a verdict out.',
        '',
        'Examples:',
        '  $ sparestorm run scenarios/quickstart.yaml',
        '  $ sparestorm run scenarios/guarded.yaml --set load.threads=8 --repeat 3',
        '  $ sparestorm run scenarios/dm-remap-v4/direct-callers.yaml --set expect=pass',
        '  $ sparestorm stress scenarios/guarded.yaml --for 10s',
        '  $ sparestorm explore scenarios/dm-remap-v4/hazards/h1-double-refill.yaml',
        '  $ sparestorm overhead scenarios/overhead/direct.yaml',
        '  $ sparestorm sweep scenarios/sweeps/locks.yaml',
        '  $ sparestorm compare base-results/ results/ --max-regression 5%',
        '  $ sparestorm validate "scenarios/**/*.yaml"',
        '',
        'Usage: $0 <command> [options]',
      ].join('\n'),
    )
    .command(
      'run <scenarios...>',
      'Run scenario files, one after another',
      (command) =>
        scenariosOf(command)
          .option('seed', {
            type: 'string',
            describe: 'Root of all random streams',
            group: 'Load:',
          })
          .option('repeat', {
            type: 'number',
            default: 1,
            describe: 'Runs of each scenario; seed, seed + 1, …',
            group: 'Load:',
          })
          .option('search', {
            type: 'boolean',
            default: true,
            describe: 'Search where the scenario says so; --no-search runs it as it stands',
            group: 'Load:',
          })
          .option('max-memory', maxMemoryOption)
          .option('out', outOption)
          .option('baseline', {
            type: 'string',
            requiresArg: true,
            describe: 'Compare with this run, folder of runs or JSON of fio afterwards',
            group: 'Comparison:',
          })
          .option('max-regression', maxRegressionOption)
          .option('metric', metricOption)
          .option('force', forceOption)
          .option('claims', {
            type: 'boolean',
            default: false,
            describe: 'Also write claims.csv: order,thread,lba,spare',
            group: 'Output:',
          })
          .option('record', {
            type: 'string',
            requiresArg: true,
            describe: 'Also write what is issued to this file, as fio iolog version 3',
            group: 'Output:',
          })
          .option('record-limit', {
            type: 'string',
            requiresArg: true,
            describe: 'Operations that a recording has room for; 4Mi where none are counted',
            group: 'Output:',
          })
          .option('json', jsonOption('One JSON document on stdout instead of the summary'))
          .option('progress', progressOption)
          .option('quiet', quietOption)
          .check(({ repeat }) => {
            if (!Number.isInteger(repeat) || repeat < 1 || repeat > 10_000) {
              throw new UsageError('--repeat takes a whole number from 1 to 10000');
            }
            return true;
          }),
      (args) => finish(import('./run-command.ts').then((module) => module.runCommand(args))),
    )
    .command(
      'explore [scenario]',
      'Search the interleavings of small programs on the code of a scenario',
      (command) =>
        command
          .positional('scenario', {
            type: 'string',
            describe: 'May be left out with --replay',
          })
          .option('set', setOption)
          .option('program', {
            type: 'string',
            describe: 'What the threads do, e.g. "aa|af", instead of a ladder of programs',
            group: 'Load:',
          })
          .option('threads', {
            type: 'number',
            describe: 'Threads of a program at most, 2 to 4; by default the scenario decides',
            group: 'Load:',
          })
          .option('strategy', {
            choices: ['portfolio', 'dpor', 'bounded', 'pct', 'random'] as const,
            default: 'portfolio' as const,
            describe: 'How to search',
            group: 'Search:',
          })
          .option('preemptions', {
            type: 'number',
            default: 2,
            describe: 'With bounded: pre-emptions at most',
            group: 'Search:',
          })
          .option('executions', {
            type: 'number',
            default: 1_000_000,
            describe: 'Executions of one program at most',
            group: 'Search:',
          })
          .option('for', {
            type: 'string',
            default: '60s',
            describe: 'Time for all programs together',
            group: 'Search:',
          })
          .option('confirm', {
            type: 'string',
            default: '2s',
            describe: 'Time to look for a fault on real threads',
            group: 'Search:',
          })
          .option('replay', {
            type: 'string',
            describe: 'Run one schedule again, as a report printed it',
            group: 'Search:',
          })
          .option('full', {
            type: 'boolean',
            default: false,
            describe: 'Every step of a failure, none folded',
            group: 'Output:',
          })
          .option('json', jsonOption('One JSON document on stdout instead of text'))
          .option('html', {
            type: 'string',
            requiresArg: true,
            describe: 'Also write a page to this file: a timeline of the failure',
            group: 'Output:',
          })
          .option('progress', progressOption),
      (args) =>
        finish(import('./explore-command.ts').then((module) => module.exploreCommand(args))),
    )
    .command(
      'stress <scenario>',
      'Run short rounds of a scenario on real threads, until a promise is broken',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true })
          .option('set', setOption)
          .option('threads', {
            type: 'number',
            describe: 'Threads, 2 to 8; by default as many as the scenario and the cores have',
            group: 'Load:',
          })
          .option('seeds', {
            type: 'string',
            default: '1..500',
            describe: 'A seed draws a device, what the threads do, and how they are disturbed',
            group: 'Search:',
          })
          .option('rounds', {
            type: 'number',
            default: 200,
            describe: 'Rounds of each seed',
            group: 'Search:',
          })
          .option('for', {
            type: 'string',
            default: '60s',
            describe: 'Time for all seeds together',
            group: 'Search:',
          })
          .option('noise', {
            type: 'boolean',
            default: true,
            describe: 'Noise after lock releases; --no-noise switches it off',
            group: 'Search:',
          })
          .option('watch', {
            type: 'boolean',
            default: true,
            describe: 'Holders of a lock look twice at what it guards; --no-watch',
            group: 'Search:',
          })
          .option('explore', {
            type: 'boolean',
            default: true,
            describe: 'Search for a minimal interleaving of what was found; --no-explore',
            group: 'Search:',
          })
          .option('explore-for', {
            type: 'string',
            default: '20s',
            describe: 'Time for that',
            group: 'Search:',
          })
          .option('json', jsonOption('One JSON document on stdout instead of text'))
          .option('progress', {
            type: 'boolean',
            default: true,
            describe: 'Live view on stderr; --no-progress switches it off',
            group: 'Terminal:',
          }),
      (args) => finish(import('./stress-command.ts').then((module) => module.stressCommand(args))),
    )
    .command(
      'overhead [scenario]',
      'Measure what a control path hides, or judge samples of such an experiment',
      (command) =>
        command
          .positional('scenario', {
            type: 'string',
            describe: 'May be left out with --samples',
          })
          .option('set', setOption)
          .option('seed', {
            type: 'string',
            describe: 'Decides the order within rounds, and the bootstrap',
            group: 'Load:',
          })
          .option('repetitions', {
            type: 'string',
            describe: 'Rounds of each path, in place of overhead.repetitions',
            group: 'Load:',
          })
          .option('margin', {
            type: 'string',
            describe: 'What counts as no difference, in place of overhead.margin (100us)',
            group: 'Load:',
          })
          .option('samples', {
            type: 'string',
            describe: 'Judge the samples of a CSV file; nothing is measured',
            group: 'Load:',
          })
          .option('out', outOption)
          .option('json', jsonOption('One JSON document on stdout instead of text'))
          .option('progress', {
            type: 'boolean',
            default: true,
            describe: 'Progress on stderr; --no-progress switches it off',
            group: 'Terminal:',
          }),
      (args) =>
        finish(import('./overhead-command.ts').then((module) => module.overheadCommand(args))),
    )
    .command(
      'sweep <scenario>',
      'Run every cell of a matrix, one after another',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true })
          .option('set', setOption)
          .option('seeds', {
            type: 'string',
            describe: 'Seeds that every cell runs with, such as 1..5, in place of matrix.seeds',
            group: 'Load:',
          })
          .option('repeats', {
            type: 'number',
            describe: 'Runs of every cell with every seed, in place of matrix.repeats',
            group: 'Load:',
          })
          .option('max-memory', maxMemoryOption)
          .option('shard', {
            type: 'string',
            describe: 'Only part i of n, as i/n; all for everything, whatever the environment says',
            group: 'Sweep:',
          })
          .option('list', {
            type: 'boolean',
            default: false,
            describe: 'List the runs in their order, run nothing',
            group: 'Sweep:',
          })
          .option('retry', {
            type: 'boolean',
            default: false,
            describe: 'Make runs again that broke, also those on the dead-letter list',
            group: 'Sweep:',
          })
          .option('queue', {
            type: 'string',
            requiresArg: true,
            describe: 'Hand the runs out by Redis: redis://…, rediss://… or env:NAME',
            group: 'Sweep:',
          })
          .option('parallel', {
            type: 'number',
            default: 1,
            describe: 'Runs side by side; they disturb one another',
            group: 'Sweep:',
          })
          .option('order-seed', {
            type: 'number',
            describe: 'Decides the random order; by default the sweep itself does',
            group: 'Sweep:',
          })
          .option('out', outOption)
          .option('json', jsonOption('One JSON document on stdout instead of the table'))
          .option('progress', progressOption)
          .option('quiet', quietOption),
      (args) => finish(import('./sweep-command.ts').then((module) => module.sweepCommand(args))),
    )
    .command(
      'work',
      'Take runs of sweeps off a queue, one at a time',
      (command) =>
        command
          .option('queue', {
            type: 'string',
            requiresArg: true,
            demandOption: true,
            describe: 'redis://…, rediss://… or env:NAME',
            group: 'Sweep:',
          })
          .option('lease', {
            type: 'string',
            default: '60s',
            describe: 'A run whose worker is silent for so long goes to another one',
            group: 'Sweep:',
          })
          .option('idle', {
            type: 'string',
            describe: 'End when there was nothing to do for so long; by default, never',
            group: 'Sweep:',
          })
          .option('dead', {
            type: 'boolean',
            default: false,
            describe: 'List the runs that nobody could make, and why',
            group: 'Sweep:',
          })
          .option('max-memory', maxMemoryOption)
          .option('json', jsonOption('The list of --dead as JSON'))
          .option('quiet', quietOption),
      (args) => finish(import('./work-command.ts').then((module) => module.workCommand(args))),
    )
    .command(
      'merge <folders...>',
      'Merge the shards of a sweep, and judge them as a whole',
      (command) =>
        command
          .positional('folders', { type: 'string', array: true, demandOption: true })
          .option('out', outOption)
          .option('json', jsonOption('One JSON document on stdout instead of the table')),
      (args) => finish(import('./merge-command.ts').then((module) => module.mergeCommand(args))),
    )
    .command(
      'validate <scenarios...>',
      'Check scenario files, run nothing',
      (command) => scenariosOf(command).option('json', jsonOption('Problems as JSON')),
      (args) =>
        finish(import('./validate-command.ts').then((module) => module.validateCommand(args))),
    )
    .command(
      'layout <scenario>',
      'Print the shared-memory map of a scenario',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true })
          .option('set', setOption)
          .option('json', jsonOption('The map as JSON')),
      (args) => finish(import('./layout-command.ts').then((module) => module.layoutCommand(args))),
    )
    .command(
      'list',
      'List the runs of a results folder',
      (command) =>
        filtersOf(command).option('out', outOption).option('json', jsonOption('The list as JSON')),
      (args) => finish(import('./history-commands.ts').then((module) => module.listCommand(args))),
    )
    .command(
      'show <run>',
      'Show a stored run, or what several came to: its folder, the beginning of its name, or last',
      (command) =>
        command
          .positional('run', { type: 'string', demandOption: true })
          .option('out', outOption)
          .option(
            'json',
            jsonOption(
              'Its result.json, repeat.json or search.json, or what merge says of a sweep',
            ),
          ),
      (args) => finish(import('./history-commands.ts').then((module) => module.showCommand(args))),
    )
    .command(
      'history <what>',
      'Show a metric over the stored runs of one scenario and host, or export all runs',
      (command) =>
        filtersOf(command)
          .positional('what', {
            type: 'string',
            demandOption: true,
            describe: 'A metric such as read.p99, or export',
          })
          .option('all', {
            type: 'boolean',
            default: false,
            describe: 'Every scenario and host, not only that of the newest run',
            group: 'Runs:',
          })
          .option('format', {
            choices: ['csv', 'parquet'] as const,
            default: 'csv' as const,
            describe: 'With export: a row a run',
            group: 'Output:',
          })
          .option('to', {
            type: 'string',
            requiresArg: true,
            describe: 'With export: a file in place of stdout',
            group: 'Output:',
          })
          .option('out', outOption)
          .option('json', jsonOption('The trends as JSON')),
      (args) => finish(import('./trend-command.ts').then((module) => module.historyCommand(args))),
    )
    .command(
      'report <runs...>',
      'Make the reports of stored runs again, from stored data alone',
      (command) =>
        command
          .positional('runs', { type: 'string', array: true, demandOption: true })
          .option('out', outOption)
          .option('baseline', {
            type: 'string',
            requiresArg: true,
            describe: 'A stored run, or a folder of several, to draw dashed behind the percentiles',
            group: 'Output:',
          })
          .option('format', {
            // FORMATS of src/report/formats.ts, which help need not wait for.
            choices: [
              'html',
              'markdown',
              'junit',
              'prometheus',
              'csv',
              'fio',
              'text',
              'hgrm',
            ] as const,
            describe: 'One of them, on stdout, in place of the usual files in the folder',
            group: 'Output:',
          })
          .option('write', {
            type: 'boolean',
            default: false,
            describe: 'With --format: to a file in the folder of the run instead',
            group: 'Output:',
          })
          .check(({ write, format }) => {
            if (write && format === undefined) throw new UsageError('--write needs a --format');
            return true;
          }),
      (args) => finish(import('./report-command.ts').then((module) => module.reportCommand(args))),
    )
    .command(
      'trace <file>',
      'Tell what a recorded trace holds',
      (command) =>
        command
          .positional('file', { type: 'string', demandOption: true })
          .option('format', {
            choices: ['auto', 'fio-iolog-v2', 'fio-iolog-v3', 'blkparse', 'msr', 'csv'] as const,
            default: 'auto' as const,
            describe: 'Format of the file; auto reads it off the first line',
            group: 'Load:',
          })
          .option('device', {
            type: 'string',
            requiresArg: true,
            describe: 'The device to look at, where the trace is of several',
            group: 'Load:',
          })
          .option('columns', {
            type: 'string',
            requiresArg: true,
            describe:
              'Of a CSV: time=ts,operation=op,offset=off,length=len, as in load.trace.columns',
            group: 'Load:',
          })
          .option('json', jsonOption('One JSON document on stdout instead of text')),
      (args) => finish(import('./trace-command.ts').then((module) => module.traceCommand(args))),
    )
    .command(
      'compare <base> <new>',
      'Compare stored runs statistically; 1 when something got worse',
      (command) =>
        command
          .positional('base', {
            type: 'string',
            demandOption: true,
            describe: 'A run, a folder of runs, a quoted glob of them, or JSON of fio',
          })
          .positional('new', { type: 'string', demandOption: true, describe: 'The same' })
          .option('out', outOption)
          .option('max-regression', maxRegressionOption)
          .option('metric', metricOption)
          .option('force', forceOption)
          .option('format', {
            choices: ['text', 'markdown', 'json', 'html'] as const,
            describe: 'What to print; text without it',
            group: 'Output:',
          })
          .option('json', jsonOption('The same as --format json')),
      (args) =>
        finish(import('./compare-command.ts').then((module) => module.compareCommand(args))),
    )
    .command(
      'init [name]',
      'Write a commented scenario file to start from',
      (command) =>
        command
          .positional('name', { type: 'string', default: 'scenario' })
          .option('template', {
            choices: ['minimal', 'race', 'exhaustion', 'sweep', 'replay'] as const,
            default: 'minimal' as const,
            describe: 'What to start from',
          })
          .option('force', { type: 'boolean', default: false, describe: 'Overwrite the file' }),
      (args) => finish(import('./init-command.ts').then((module) => module.initCommand(args))),
    )
    .command(
      'schema [of]',
      'Print the JSON Schema of scenario files, or of what stores results',
      (command) =>
        command.positional('of', {
          choices: ['scenario', 'result', 'repeat', 'search', 'merged'] as const,
          default: 'scenario' as const,
        }),
      (args) => finish(import('./schema-command.ts').then((module) => module.schemaCommand(args))),
    )
    .command(
      'doctor',
      'Tell what this machine is as an instrument',
      (command) => command.option('out', outOption).option('json', jsonOption('As JSON')),
      (args) => finish(import('./doctor-command.ts').then((module) => module.doctorCommand(args))),
    )
    .completion('completion', 'Print a shell completion script')
    .command(
      '$0 [words...]',
      false,
      (command) => command.positional('words', { type: 'string', array: true }),
      (args) => {
        const [word] = (args.words ?? []) as readonly string[];
        // yargs has printed the script already, and goes on to the default command.
        if (word === 'completion') return;
        if (word === undefined)
          throw new UsageError('name a command; sparestorm --help lists them');
        throw new UsageError(`unknown command "${word}"; ${didYouMean(word, COMMANDS)}`);
      },
    )
    .strict()
    .alias('help', 'h')
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue(`Exit codes: ${exitCodes()}. Documentation: docs/ in the package.`)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (error !== undefined) throw error;
      if (message?.startsWith('Not enough non-option arguments')) {
        throw new UsageError(`${words[0]} needs a name after it; sparestorm ${words[0]} --help`);
      }
      throw new UsageError(message ?? 'the command line was not understood');
    });
}

const COMMANDS = [
  'run',
  'stress',
  'explore',
  'overhead',
  'sweep',
  'work',
  'merge',
  'validate',
  'layout',
  'list',
  'show',
  'history',
  'report',
  'trace',
  'compare',
  'init',
  'schema',
  'doctor',
  'completion',
];

const setOption = {
  type: 'string',
  array: true,
  nargs: 1,
  default: [] as string[],
  describe: 'Override a value of the scenario: --set load.threads=8 (repeatable)',
  group: 'Load:',
  requiresArg: true,
} as const;

const progressOption = {
  type: 'boolean',
  default: true,
  describe: 'Live view on stderr; --no-progress switches it off',
  group: 'Terminal:',
} as const;

const maxMemoryOption = {
  type: 'string',
  describe: 'Refuse scenarios that need more, e.g. 2GiB',
  group: 'Load:',
} as const;

const quietOption = {
  alias: 'q',
  type: 'boolean',
  default: false,
  describe: 'Nothing on stdout and stderr but errors',
  group: 'Terminal:',
} as const;

const maxRegressionOption = {
  type: 'string',
  requiresArg: true,
  describe: 'A change for the worse by no more than this is tolerated, e.g. 5%',
  group: 'Comparison:',
} as const;

const metricOption = {
  type: 'string',
  array: true,
  nargs: 1,
  default: [] as string[],
  describe: 'Compare by this metric alone, e.g. read.p99 (repeatable)',
  group: 'Comparison:',
} as const;

const forceOption = {
  type: 'boolean',
  default: false,
  describe: 'Compare although hosts or scenarios differ',
  group: 'Comparison:',
} as const;

const outOption = {
  type: 'string',
  default: 'results',
  describe: 'Results folder',
  group: 'Output:',
} as const;

function jsonOption(describe: string) {
  return { type: 'boolean', default: false, describe, group: 'Output:' } as const;
}

function filtersOf(command: Argv) {
  return command
    .option('scenario', {
      type: 'string',
      requiresArg: true,
      describe: 'Only runs whose name or folder has this in it',
      group: 'Runs:',
    })
    .option('outcome', {
      // OUTCOMES of src/report/result-schema.ts, which help need not wait for.
      choices: [
        'pass',
        'threshold-failed',
        'expectation-failed',
        'integrity',
        'broken',
        'interrupted',
      ] as const,
      array: true,
      nargs: 1,
      default: [] as (
        | 'pass'
        | 'threshold-failed'
        | 'expectation-failed'
        | 'integrity'
        | 'broken'
        | 'interrupted'
      )[],
      describe: 'Only runs that ended so (repeatable)',
      group: 'Runs:',
    })
    .option('since', {
      type: 'string',
      requiresArg: true,
      describe: 'Only runs from then on: 2026-11-20, 36h, 7d',
      group: 'Runs:',
    })
    .option('last', {
      type: 'number',
      requiresArg: true,
      describe: 'Only the newest so many',
      group: 'Runs:',
    });
}

function scenariosOf(command: Argv) {
  return command
    .positional('scenarios', { type: 'string', array: true, demandOption: true })
    .option('set', setOption);
}

/** `0 all held, 1 a threshold failed, …`; those that say the same share an entry. */
function exitCodes(): string {
  const codes = new Map<string, number[]>();
  for (const [name, code] of Object.entries(EXIT)) {
    const { brief } = EXIT_MEANINGS[name as Exit];
    codes.set(brief, [...(codes.get(brief) ?? []), code]);
  }
  return [...codes].map(([brief, same]) => `${same.join('/')} ${brief}`).join(', ');
}

/** One sentence on stderr, never a stack trace; an exit code that is not Node's own. */
async function fail(error: unknown): Promise<void> {
  process.exitCode = EXIT.broken;
  if (error instanceof ScenarioError) {
    const [{ formatProblems }, { terminalOf }] = await Promise.all([
      import('./format-problems.ts'),
      import('./terminal-of.ts'),
    ]);
    process.stderr.write(formatProblems(error.problems, terminalOf(process.stderr).color));
    process.exitCode = EXIT.usage;
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`sparestorm: ${message}\n`);
  if (process.env.SPARESTORM_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  // yargs reports what it does not understand as a plain error of the class YError.
  const isUsage =
    error instanceof UsageError || (error instanceof Error && error.name === 'YError');
  if (isUsage) process.exitCode = EXIT.usage;
}

main(hideBin(process.argv)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => fail(error),
);

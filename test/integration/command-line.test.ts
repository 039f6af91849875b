import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';

/** Goal: what a person or a script types is answered on the right stream with the right code. */
const folder = temporaryFolder();
const out = join(folder, 'results');
const CUT = [
  ...['--set', 'load.warmup=0ms', '--set', 'load.duration=100ms'],
  ...['--set', 'load.threads=2', '--set', 'device.sectors=16Ki'],
];
const SHORT = [...CUT, '--out', out];

describe('help', () => {
  test('begins with what the tool is and with examples', async () => {
    const { code, stdout } = await sparestorm(['--help']);
    expect(code).toBe(0);
    expect(stdout.indexOf('Examples:')).toBeGreaterThan(0);
    expect(stdout.indexOf('Examples:')).toBeLessThan(stdout.indexOf('Commands:'));
  });

  test('names every command', async () => {
    const { stdout } = await sparestorm(['--help']);
    const commands = ['run', 'validate', 'layout', 'schema', 'list', 'show', 'init', 'doctor'];
    for (const command of [...commands, 'completion']) {
      expect(stdout).toMatch(new RegExp(`^ +sparestorm ${command}\\b`, 'm'));
    }
  });
});

describe('a mistake on the command line', () => {
  test.each([
    { words: [], says: /name a command/ },
    { words: ['rnu'], says: /unknown command "rnu".*run/i },
    { words: ['run'], says: /./ },
    { words: ['run', 'scenarios/quickstart.yaml', '--bogus'], says: /bogus/ },
    { words: ['run', 'scenarios/quickstart.yaml', '--repeat', '0'], says: /--repeat/ },
    {
      words: ['run', 'scenarios/quickstart.yaml', '--max-memory', '1MiB'],
      says: /this scenario needs .*MiB of memory; --max-memory allows 1\.00MiB/,
    },
    {
      words: ['run', 'scenarios/quickstart.yaml', '--max-memory', 'lots'],
      says: /--max-memory takes a size such as 512MiB/,
    },
    { words: ['run', 'nowhere.yaml'], says: /nowhere\.yaml.*no such file/ },
    {
      words: ['run', 'scenarios/quickstart.yaml', '--set', 'load.threads=0'],
      says: /load\.threads/,
    },
    { words: ['show', 'nothing'], says: /nothing/ },
  ])('$words exits 2 with a sentence and no stack', async ({ words, says }) => {
    const { code, stdout, stderr } = await sparestorm(words, { cwd: undefined as never });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('all problems of all files are told at once, and nothing is run', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, 'version: 1\nname: bad\nload:\n  duraton: 20s\n  threads: 0\n');
    const fresh = join(folder, 'fresh');
    const words = ['run', bad, 'scenarios/quickstart.yaml', 'nowhere.yaml', '--out', fresh];
    const { code, stderr } = await sparestorm(words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:4:3 .*"duraton"/);
    expect(stderr).toMatch(/did you mean "?duration/);
    expect(stderr).toMatch(/bad\.yaml:5:\d+ .*threads/);
    expect(stderr).toMatch(/nowhere\.yaml/);
    expect(entriesOf(fresh)).toEqual([]);
  });
});

describe('streams', () => {
  test('--json is exactly one document on stdout and silence on stderr', async () => {
    const scenarios = ['scenarios/quickstart.yaml', 'scenarios/addresses/zoned.yaml'];
    const { code, stdout, stderr } = await sparestorm(['run', ...scenarios, '--json', ...SHORT]);
    const document = JSON.parse(stdout) as { schemaVersion: number; results: unknown[] };
    // What is cut short may fail its thresholds.
    expect([0, 1]).toContain(code);
    expect(document.schemaVersion).toBe(1);
    expect(document.results).toHaveLength(2);
    expect(stderr).toBe('');
  });

  test('--quiet says nothing at all', async () => {
    const words = ['run', 'scenarios/quickstart.yaml', '--quiet', ...SHORT];
    expect(await sparestorm(words)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('without a terminal there is no colour and no cursor movement', async () => {
    const { stdout, stderr } = await sparestorm(['run', 'scenarios/quickstart.yaml', ...SHORT]);
    expect(stdout + stderr).not.toContain('\u001b');
  });
});

describe('exit codes', () => {
  test('a threshold that fails exits 1', async () => {
    const words = ['run', 'scenarios/quickstart.yaml', ...SHORT];
    const failing = [...words, '--set', 'thresholds=[read.p50 < 1ns]'];
    const { code, stdout } = await sparestorm(failing);
    expect(code).toBe(1);
    expect(stdout).toMatch(/read\.p50 < 1ns/);
  });

  test('a collision that is expected and does not come exits 1', async () => {
    const words = ['run', 'scenarios/quickstart.yaml', '--set', 'expect=collision', ...SHORT];
    const { code } = await sparestorm([...words, '--set', 'thresholds=[]']);
    expect(code).toBe(1);
  });
});

describe('the other commands', () => {
  test('validate accepts every shipped scenario', async () => {
    const { code, stdout } = await sparestorm(['validate', 'scenarios/**/*.yaml']);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(14);
  });

  test('layout prints regions with writer, reader and guard', async () => {
    const { code, stdout } = await sparestorm(['layout', 'scenarios/quickstart.yaml']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/reservation bitmap +allocator/);
    expect(stdout).toMatch(/under the allocation lock/);
  });

  test.each(['scenario', 'result'])('schema prints the checked-in %s schema', async (of) => {
    const { code, stdout } = await sparestorm(['schema', of]);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(`schema/${of}.schema.json`, 'utf8'));
  });

  test('list and show find a run again, last included', async () => {
    const own = join(folder, 'history');
    await sparestorm(['run', 'scenarios/quickstart.yaml', '-q', ...CUT, '--out', own]);
    const list = await sparestorm(['list', '--out', own]);
    expect(list.stdout).toMatch(/_quickstart_s42 +pass/);
    const show = await sparestorm(['show', 'last', '--out', own]);
    expect(show.code).toBe(0);
    expect(show.stdout).toMatch(/repeat: {2}npx sparestorm run scenarios\/quickstart\.yaml/);
  });

  test('init writes a scenario that runs, and never over a file', async () => {
    const cwd = join(folder, 'init');
    mkdirSync(cwd);
    expect((await sparestorm(['init', 'mine'], { cwd })).code).toBe(0);
    expect((await sparestorm(['validate', 'mine.yaml'], { cwd })).code).toBe(0);
    const again = await sparestorm(['init', 'mine'], { cwd });
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/--force/);
    expect((await sparestorm(['init', '../mine'], { cwd })).code).toBe(2);
  });

  test('doctor tells of cores, clock and jitter', async () => {
    const { code, stdout } = await sparestorm(['doctor', '--json']);
    expect(code).toBe(0);
    const { diagnoses } = JSON.parse(stdout) as { diagnoses: { name: string }[] };
    expect(diagnoses.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node', 'cores', 'clock', 'lock', 'jitter', 'results']),
    );
  });

  test('completion prints a script for the shell', async () => {
    const { code, stdout } = await sparestorm(['completion'], { env: { SHELL: '/bin/bash' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/sparestorm/);
  });
});

test('nothing is written outside the results folder, whatever a scenario is called', async () => {
  const cwd = join(folder, 'hostile');
  mkdirSync(cwd);
  writeFileSync(
    join(cwd, 'hostile.yaml'),
    `version: 1\nname: "../../../<b>'; rm -rf / #"\nload: { duration: 50ms, threads: 1 }\n`,
  );
  const { code } = await sparestorm(['run', 'hostile.yaml', '-q'], { cwd });
  expect(code).toBe(0);
  expect(entriesOf(cwd)).toEqual(['hostile.yaml', 'results']);
  expect(entriesOf(join(cwd, 'results'))).toHaveLength(2);
});

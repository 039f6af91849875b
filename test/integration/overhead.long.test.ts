import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OverheadResult } from '../../src/overhead/result.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: the built program takes samples on its control paths, finds a delay that was planted and
 * none where there is none, judges foreign samples by the same rules, and keeps what it has when it
 * is interrupted.
 *
 * Not covered: how long anything takes. Whether intervals hold what they promise is in the unit
 * tests, on samples that are drawn.
 */
const out = join(temporaryFolder(), 'results');
const DIRECT = 'scenarios/overhead/direct.yaml';
const ARGUMENT = 'scenarios/overhead/published-argument.yaml';
const PUBLISHED = 'scenarios/overhead/published-samples.csv';

async function measured(words: readonly string[]) {
  const { code, stdout, stderr } = await sparestorm(['overhead', '--json', '--out', out, ...words]);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) as OverheadResult };
}

function remapIn(result: OverheadResult, name: string) {
  const path = result.paths.find((one) => one.path === name);
  return path?.operations.find(({ operation }) => operation === 'remap')?.comparison;
}

const SHORT = ['--repetitions', '200'];
const DELAY = ['--set', 'overhead.delay=200us', '--set', 'overhead.expect=different'];

describe('a planted delay', () => {
  test('is found on both fast paths, and is more than the margin', async () => {
    const { code, result } = await measured([DIRECT, ...SHORT, ...DELAY]);
    expect(code).toBe(0);
    for (const path of ['direct', 'message']) {
      expect(remapIn(result, path)).toMatchObject({
        isDifferent: true,
        isBeyondMargin: true,
        isEquivalent: false,
      });
    }
  });

  test('that is not there is ruled out within the margin', async () => {
    const { code, result } = await measured([DIRECT, ...SHORT]);
    expect(code).toBe(0);
    for (const path of ['direct', 'message']) {
      expect(remapIn(result, path)).toMatchObject({ isEquivalent: true, isBeyondMargin: false });
    }
    const again = result.paths[0]?.operations.find(({ operation }) => operation === 'ping again');
    expect(again?.comparison?.isEquivalent).toBe(true);
  });
});

test('what was measured is stored, and judged again comes to the same', async () => {
  const own = join(out, 'stored');
  const words = ['overhead', DIRECT, ...SHORT, '--json', '--out', own];
  const first = JSON.parse((await sparestorm(words)).stdout) as OverheadResult;
  const [folder = ''] = entriesOf(own);
  expect(entriesOf(join(own, folder))).toEqual(['overhead.json', 'report.txt', 'samples.csv']);
  const stored = JSON.parse(readFileSync(join(own, folder, 'overhead.json'), 'utf8'));
  expect(stored).toEqual(first);
  const shown = await sparestorm(['show', join(own, folder)]);
  expect(shown.code).toBe(2);
  expect(shown.stderr).toMatch(/is no run: .*overhead --samples \S+samples\.csv/);
  const samples = join(own, folder, 'samples.csv');
  const { code, result } = await measured([DIRECT, '--samples', samples]);
  expect(code).toBe(0);
  expect(result.budget?.steps.map(({ step }) => step)).toEqual([
    'lock',
    'scan',
    'allocation',
    'entry',
  ]);
  const figures = (of: OverheadResult) =>
    of.paths.map(({ path, operations }) => ({
      path,
      percentiles: operations.map(({ operation, percentiles }) => ({ operation, percentiles })),
      comparisons: operations.map(({ comparison }) => comparison),
    }));
  expect(figures(result)).toEqual(figures(first));
});

describe('foreign samples', () => {
  test('the six published values do not resolve what they were said to show', async () => {
    const words = ['overhead', ARGUMENT, '--samples', PUBLISHED];
    const { code, stdout, stderr } = await sparestorm([
      ...words,
      '--set',
      'overhead.expect=unresolved',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/remap +-1\.96ms ± 5\.08ms +no +open +0% +6\.90ms +3,070/);
    expect(stdout).toMatch(/remap - ping is -1\.96ms ± 5\.08ms \(95 %\): not resolvable/);
  });

  test('need no scenario', async () => {
    const { code, result } = await measured(['--samples', PUBLISHED, '--margin', '1ms']);
    expect(code).toBe(0);
    expect(remapIn(result, 'published')?.repetitionsToSeeMargin).toBe(31);
  });

  test('that do not say what was expected exit 1', async () => {
    const words = [DIRECT, '--samples', PUBLISHED];
    const { code, result } = await measured(words);
    expect(code).toBe(1);
    expect(result.verdict.outcome).toBe('expectation-failed');
  });
});

test('the process path, interrupted, keeps its rounds and says that they are partial', async () => {
  const own = join(out, 'interrupted');
  const words = ['overhead', ARGUMENT, '--out', own, '--set', 'overhead.operations=[ping, remap]'];
  const { code, stdout } = await sparestorm(words, { signalWhenRunning: 'SIGINT' });
  expect(code).toBe(130);
  expect(stdout).toMatch(/! PARTIAL: interrupted by SIGINT\. Rounds done: .*process \d/);
  // The published values stand beside ours.
  expect(stdout).toMatch(/medians +published +process/);
  expect(stdout).toMatch(/reference +4\.61ms +\S+/);
  const [folder = ''] = entriesOf(own);
  const stored = JSON.parse(readFileSync(join(own, folder, 'overhead.json'), 'utf8'));
  expect(stored.verdict.outcome).toBe('interrupted');
  const { process: done } = stored.rounds.done as Record<string, number>;
  expect(done).toBeGreaterThan(0);
  const lines = readFileSync(join(own, folder, 'samples.csv'), 'utf8').split('\n');
  expect(lines.filter((line) => line.startsWith('process,remap,'))).toHaveLength(done as number);
  expect(stored.paths[0].answers).toMatchObject({ ping: 'pong' });
  expect(stored.paths[0].answers.remap).toMatch(/^remapped sector \d+ -> spare sector 8$/);
});

describe('a mistake', () => {
  test.each([
    { words: [], says: /overhead needs a scenario, or --samples/ },
    { words: [DIRECT, '--samples', 'nowhere.csv'], says: /nowhere\.csv: no such file/ },
    { words: ['--samples', DIRECT], says: /direct\.yaml:3:1.*unknown column/s },
    { words: [DIRECT, '--repetitions', '3'], says: /repetitions.*from 30 to 100000/ },
    { words: [DIRECT, '--repetitions', '20000'], says: /uses up 20000 spares.*has 16344 spares/ },
    { words: [DIRECT, '--margin', '5'], says: /margin.*unit/s },
    { words: ['--samples', PUBLISHED, '--margin', '5'], says: /--margin takes a time/ },
    { words: ['--samples', PUBLISHED, '--seed', 'x'], says: /--seed takes a whole number/ },
    {
      words: [ARGUMENT, '--set', 'overhead.reference=/no/such/program'],
      says: /overhead\.reference cannot be used: .*no\/such\/program/,
    },
    { words: [DIRECT, '--set', 'overhead.path=direct'], says: /did you mean "paths"/ },
  ])('$words exits 2 with a sentence', async ({ words, says }) => {
    const { code, stdout, stderr } = await sparestorm(['overhead', ...words, '--out', out]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

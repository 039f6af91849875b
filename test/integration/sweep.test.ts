import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import { finishedIn, mergedOf, sweepFolderIn, sweepOf, TINY } from '../support/sweeps.ts';

/**
 * Goal: a sweep makes every run once, keeps what broke, and says what it came to.
 *
 * Method: the built program on tiny cells, whose counters do not depend on timing.
 *
 * Not covered: shards, resuming, many cells; see sweep.long.test.ts.
 */
const folder = temporaryFolder();
const scenario = join(folder, 'tiny.yaml');
writeFileSync(scenario, TINY);

const sweep = (words: readonly string[]) => sweepOf(scenario, words);

describe('a sweep', () => {
  const out = join(folder, 'whole');

  test('says how much there is to do, does it, and has nothing left to do then', async () => {
    const first = await sweep(['--out', out]);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/^tiny: 4 cells\nat least .*\n$/);
    expect(first.stdout).toMatch(/^blockSize +kind +done/m);
    expect(first.stdout).toMatch(/All 4 cells held; exit code 0\./);
    expect(finishedIn(out)).toHaveLength(4);
    const again = await sweep(['--out', out]);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/4 runs finished already/);
    expect(again.stdout).toBe(first.stdout);
    const shown = await sparestorm(['show', sweepFolderIn(out) as string]);
    expect([shown.code, shown.stdout]).toEqual([0, first.stdout]);
  });

  test('keeps a broken cell and a failed one, and goes on', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(
      broken,
      TINY.replace(
        /matrix:[\s\S]*/,
        'thresholds: [read.min > 1h]\nmatrix: { load.threads: [1, 2], include: [{ faults.thread: { does: throw } }] }\n',
      ),
    );
    const answer = await sweepOf(broken, ['--json', '--out', join(folder, 'broken')]);
    expect(answer.code).toBe(4);
    expect(mergedOf(answer).cells.map(({ exitCode }) => exitCode)).toEqual([1, 1, 4]);
  });

  test('lists its runs without making any', async () => {
    const none = join(folder, 'none');
    const { code, stdout } = await sweep(['--list', '--json', '--out', none]);
    expect([code, existsSync(none)]).toEqual([0, false]);
    expect(JSON.parse(stdout).runs).toHaveLength(4);
  });

  test('of an older version is refused', async () => {
    const path = join(sweepFolderIn(out) as string, 'sweep.json');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"schemaVersion": 1', '"schemaVersion": 0'),
    );
    const { code, stderr } = await sparestorm(['merge', out]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^sparestorm: .*has schema version 0/),
    ]);
  });
});

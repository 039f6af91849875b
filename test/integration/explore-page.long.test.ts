import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import { explored } from '../support/explore-answer.ts';

/**
 * Goal: `explore --html` leaves a whole page or none, never writes over what is somebody else's,
 * and says the same as the document on stdout.
 */
const HAZARD = 'scenarios/dm-remap-v4/hazards/h1-double-refill.yaml';
const folder = temporaryFolder();

test('the page and the document tell of one counterexample', async () => {
  const page = join(folder, 'h1.html');
  const { code, answer } = await explored([HAZARD, '--html', page]);
  const html = readFileSync(page, 'utf8');
  expect(code).toBe(0);
  expect(html).toContain(answer.replayWith);
  expect(html).toContain(answer.counterexample?.fault.text);
  expect(html).toContain(`All ${answer.counterexample?.steps.length} steps`);
  expect(html).toContain('critical window opens');
  expect(html).toContain('critical window closes');
  expect(html).toMatch(/sparestorm \d+\.\d+\.\d+ · Node v\d+\S* · sources [0-9a-f]{8}/);
  expect(html.length).toBeLessThan(300_000);
  expect(readdirSync(folder).filter((name) => name.includes('h1'))).toEqual(['h1.html']);
});

test('a page of ours is written anew: also when nothing is found any more, and by a replay', async () => {
  const page = join(folder, 'again.html');
  const { answer } = await explored([HAZARD, '--html', page]);
  const corrected = ['--set', 'allocator.protocol=guarded'];
  await explored([HAZARD, ...corrected, '--html', page]);
  const sound = readFileSync(page, 'utf8');
  expect(sound).toContain('pass-exhaustive');
  expect(sound).not.toContain('critical window');
  await sparestorm([
    ...['explore', '--replay', answer.counterexample?.schedule as string],
    ...['--html', page],
  ]);
  expect(readFileSync(page, 'utf8')).toContain('critical window opens');
});

describe('a path that cannot be used is refused before anything is explored', () => {
  const mine = join(folder, 'mine.yaml');
  const below = join(folder, 'below');
  mkdirSync(below);
  writeFileSync(mine, 'name: mine\n');
  test.each([
    { path: join(folder, 'no', 'page.html'), says: /there is no folder .*no/ },
    { path: below, says: /this is a folder/ },
    { path: mine, says: /is there already and is no page of sparestorm/ },
    { path: join(mine, 'page.html'), says: /there is no folder/ },
  ])('$says', async ({ path, says }) => {
    const { code, stdout, stderr } = await sparestorm(['explore', HAZARD, '--html', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readFileSync(mine, 'utf8')).toBe('name: mine\n');
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});

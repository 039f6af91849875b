import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/report/result-schema.ts';
import { entriesOf, runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';
import {
  COUNTED_CLAIMS,
  COUNTED_SCRIPTS,
  OTHER_CLAIMS,
  OTHER_SCRIPTS,
} from '../support/shipped-claims.ts';

/**
 * Goal: what the shipped claims and bugs come to is what their descriptions say, and a list of runs
 * ends in a table of answers.
 *
 * Method: verdicts and counts. A claim about time may come out either way on a machine with other
 * work; what no run of it may find is a violation.
 */
const out = temporaryFolder();

async function runAll(folder: string, names: readonly string[]) {
  const files = names.map((name) => `scenarios/${folder}/${name}.yaml`);
  const { code, stdout } = await sparestorm(['run', '--json', '--out', out, ...files]);
  const { results } = JSON.parse(stdout) as { results: Result[] };
  const codes = Object.fromEntries(
    results.map(({ source, verdict }, index) => {
      expect(source.file).toBe(files[index]);
      return [names[index] as string, verdict.exitCode];
    }),
  );
  const named = (name: string) => results[names.indexOf(name)] as Result;
  return { code, codes, named };
}

function descriptionOf({ scenario }: Result): string {
  return (scenario as { description: string }).description;
}

test('every shipped claim and script is run by a test', () => {
  const namesIn = (folder: string) => {
    const names = entriesOf(folder).map((file) => file.replace('.yaml', ''));
    return names.sort();
  };
  const claims = { ...COUNTED_CLAIMS, ...OTHER_CLAIMS };
  const scripts = { ...COUNTED_SCRIPTS, ...OTHER_SCRIPTS };
  expect(Object.keys(claims).sort()).toEqual(namesIn('scenarios/claims'));
  expect(Object.keys(scripts).sort()).toEqual(namesIn('scenarios/dm-remap-v4/scripts'));
});

test('claims that a count decides have the answer that their description gives', async () => {
  const { code, codes, named } = await runAll('claims', Object.keys(COUNTED_CLAIMS));
  expect(code).toBe(3);
  for (const [name, answers] of Object.entries(COUNTED_CLAIMS)) {
    expect([name, [codes[name]]]).toEqual([name, answers]);
    const says = /Does not hold: exit code (\d)/.exec(descriptionOf(named(name)))?.[1] ?? '0';
    expect([name, Number(says)]).toEqual([name, codes[name]]);
  }
  expect(named('hit-rate-of-the-experiment').cache).toMatchObject({ hits: 0, misses: 1 });
  expect(named('hit-rate-above-95').cache).toMatchObject({ hits: 59, misses: 2 });
  const automatic = named('no-collision-by-automatic-remap');
  expect(verdictOf(automatic, 'reserved').count).toBe(8);
});

test('the published values, judged by the claim made of them, do not bear it out', async () => {
  const { code, stdout } = await sparestorm([
    ...['overhead', 'scenarios/claims/measured-through-dmsetup.yaml'],
    ...['--samples', 'scenarios/overhead/published-samples.csv'],
  ]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/remap - ping, published: .*not resolvable; expected: equivalent/s);
});

test('sequential bugs show with one thread, and not in the corrected code', async () => {
  const names = entriesOf('scenarios/dm-remap-v4/sequential').map((file) =>
    file.replace('.yaml', ''),
  );
  const { codes, named } = await runAll('dm-remap-v4/sequential', names);
  const notHeld = Object.keys(codes).filter((name) => codes[name] !== 0);
  expect(notHeld).toEqual([]);
  const lost = (name: string) => verdictOf(named(name), 'false exhaustion').count;
  expect(lost('s3-wrap-ends-early')).toBe(24);
  expect(lost('s3-corrected')).toBe(0);
  expect(lost('s4-search-limit')).toBe(8);
  expect(lost('s4-corrected')).toBe(0);
  expect(verdictOf(named('s13-any-sector-number'), 'remap table').count).toBe(1);
  expect(verdictOf(named('s16-linear-marks-nothing'), 'collisions').count).toBe(8);
});

describe('the published scripts', () => {
  test('come to the counts that nobody saw', async () => {
    const { codes } = await runAll('dm-remap-v4/scripts', Object.keys(COUNTED_SCRIPTS));
    for (const [name, answers] of Object.entries(COUNTED_SCRIPTS)) {
      expect([name, [codes[name]]]).toEqual([name, answers]);
    }
  });

  test.each([
    { spares: 4096, messages: 'remap 0..199', granted: 200 },
    { spares: 512, messages: 'remap 0..49', granted: 50 },
    { spares: 8192, messages: 'remap 0..299', granted: 300 },
  ])('reservation-1050: $granted remaps on $spares sectors keep off metadata', async (part) => {
    const { code, stdout } = await sparestorm([
      ...['run', '--json', '--out', out, 'scenarios/dm-remap-v4/target/reservation-1050.yaml'],
      ...['--set', `device.spare.sectors=${part.spares}`],
      ...['--set', `load.messages=[${part.messages}]`],
    ]);
    expect(code).toBe(0);
    const [result] = (JSON.parse(stdout) as { results: [Result] }).results;
    expect(result.allocation.granted).toBe(part.granted);
  });
});

test('several runs end in a table of what they came to', async () => {
  const files = ['hit-rate-above-95', 'hit-rate-of-the-experiment'].map(
    (name) => `scenarios/claims/${name}.yaml`,
  );
  const { code, stdout } = await sparestorm(['run', '--no-progress', '--out', out, ...files]);
  expect(code).toBe(1);
  const [, table = ''] = stdout.split(/^(?=RUNS )/m);
  expect(table).toMatch(/^RUNS {3}2 runs, 1 held, 1 not\n +exit\n/);
  expect(table).toMatch(/hit-rate-above-95 +0 {2}cache\.hitRate > 95%: 96\.7%\n/);
  expect(table).toMatch(/hit-rate-of-the-experiment +1 {2}cache\.hitRate > 80%: 0%\n/);
  const alone = await sparestorm(['run', '--no-progress', '--out', out, files[0] as string]);
  expect(alone.stdout).not.toMatch(/^RUNS/m);
});

/** In place of what a script had. */
const SHORTER = ['--set', 'load.duration=3s'];

// Again if it fails: another program may have had the other core just then.
describe('claims about time, or that take a race', { retry: 3 }, () => {
  test.each(Object.entries(OTHER_CLAIMS))('%s ends with one of %j', async (name, codes) => {
    const { code, result } = await runJson(out, [`scenarios/claims/${name}.yaml`]);
    expect(codes, result.verdict.sentence).toContain(code);
  });
});

describe('published scripts that take a while', { retry: 3 }, () => {
  test.each(Object.entries(OTHER_SCRIPTS))('%s ends with one of %j', async (name, codes) => {
    const file = `scenarios/dm-remap-v4/scripts/${name}.yaml`;
    const words = name.startsWith('stress') ? [file, ...SHORTER] : [file];
    const { code, result } = await runJson(out, words);
    expect(codes, result.verdict.sentence).toContain(code);
  });
});

import { expect, test } from 'vitest';
import type { Result } from '../../src/report/result-schema.ts';
import { runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';

/**
 * Goal: each claim about the target's control path is put to the test by one file.
 *
 * Method: the shipped scenarios, whose thresholds hold the counts that the real code was seen to
 * come to; here their exit codes, and what is seen when the expectation is taken away.
 */
const FOLDER = 'scenarios/dm-remap-v4/target';
const out = temporaryFolder();

function run(name: string, ...words: string[]) {
  return runJson(out, [`${FOLDER}/${name}.yaml`, ...words]);
}

test('every shipped scenario of the target holds', async () => {
  const names = [
    'clear-cycle',
    'clear-cycle-corrected',
    'auto-and-manual',
    'auto-and-manual-corrected',
    'lost-remap',
    'exhaustion-600-on-512',
    'reservation-1050',
  ];
  const files = names.map((name) => `${FOLDER}/${name}.yaml`);
  const { code, stdout } = await sparestorm(['run', '--json', '--out', out, ...files]);
  const { results } = JSON.parse(stdout) as { results: Result[] };
  expect(results.map(({ name, verdict }) => [name, verdict.outcome])).toEqual(
    names.map((name) => [name, 'pass']),
  );
  expect(code).toBe(0);
  const [cycle, , auto] = results as [Result, Result, Result];
  expect(verdictOf(cycle, 'conservation')).toMatchObject({ verdict: 'broken', count: 992 });
  expect(verdictOf(auto, 'reserved').count).toBe(8);
  expect(verdictOf(auto, 'collisions').count).toBe(8);
});

test('a clear that gives nothing back is a violation where none is expected', async () => {
  const { code, result } = await run('clear-cycle', '--set', 'expect=pass');
  expect(code).toBe(3);
  const { evidence } = verdictOf(result, 'conservation');
  expect(evidence[0]?.text).toBe('spare 8 was given back, and its bit is still set');
});

test('a remap beyond the device is accepted as published, and seen', async () => {
  const words = ['--set', 'device.sectors=200', '--set', 'load.messages=[remap 99999999]'];
  const published = await run('exhaustion-600-on-512', ...words, '--set', 'thresholds=[]');
  expect(published.code).toBe(3);
  expect(verdictOf(published.result, 'remap table').evidence[0]?.text).toBe(
    'the table remaps LBA 99999999, and the device has 200 sectors',
  );
  const corrected = await run('clear-cycle-corrected', ...words, '--set', 'thresholds=[]');
  expect(corrected.code).toBe(0);
  expect(corrected.result.operations.remap).toMatchObject({ count: 1, refused: 1 });
});

test('beside I/O a published remap loses data, and a corrected one does not', async () => {
  // Slow enough that both threads are at it together, on a machine with other work too.
  const pace = ['load.duration=400ms', 'load.thinkTime=100us', 'device.sectors=1024'];
  const words = ['integrity=strict', ...pace].flatMap(set);
  const published = await run('messages-beside-io', ...words);
  expect(published.code).toBe(3);
  expect(verdictOf(published.result, 'data').verdict).toBe('broken');
  const corrected = await run(
    'messages-beside-io',
    ...words,
    ...['target.protocol=guarded', 'allocator.protocol=guarded', 'remap.lookup=hash'].flatMap(set),
    ...['remap.match=every-sector', 'remap.inFlight=drain'].flatMap(set),
  );
  expect(corrected.code).toBe(0);
  expect(corrected.result.allocation.granted).toBeGreaterThan(0);

  function set(word: string): string[] {
    return ['--set', word];
  }
});

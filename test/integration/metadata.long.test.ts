import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';

/**
 * Goal: the built program runs a load with metadata on real threads, cuts the power everywhere, and
 * says what came of it: verdicts, counts and exit codes of the shipped scenarios.
 *
 * Not covered: the scenarios that only repeat what the unit tests of the power cuts show.
 */
const FOLDER = 'scenarios/dm-remap-v4/metadata';
/** Enough to see what is lost. */
const FEWER = ['--set', 'metadata.crash.points=2k'];

describe('corrected', () => {
  const out = temporaryFolder();

  test('five copies survive all of more than ten thousand crash points', async () => {
    const { code, result } = await runJson(out, [`${FOLDER}/five-copies.yaml`]);
    expect(code).toBe(0);
    expect(verdictOf(result, 'metadata').verdict).toBe('held');
    const { metadata } = result;
    expect(metadata).toMatchObject({
      applies: true,
      failedPoints: 0,
      sampledCuts: 0,
      logFull: false,
    });
    expect(metadata.crashPoints).toBeGreaterThanOrEqual(10_000);
    expect(metadata.crashPoints).toBe(metadata.possiblePoints);
    expect(metadata.remaps).toBeGreaterThan(50);
    expect(metadata.promisedSectors).toBeGreaterThan(500);
    expect(verdictOf(result, 'data').verdict).toBe('held');
    expect(verdictOf(result, 'conservation').verdict).toBe('held');
  });

  test('a fault of the protocol exits 3 when none was expected, with the cut that shows it', async () => {
    const words = [`${FOLDER}/flush-at-end.yaml`, '--set', 'expect=pass'];
    const { code, result } = await runJson(out, words);
    expect(code).toBe(3);
    const { verdict, evidence } = verdictOf(result, 'metadata');
    expect(verdict).toBe('broken');
    expect(evidence[0]?.text).toMatch(
      /^power cut after command \d+; in flight: copy 0 of block 0 new/,
    );
  });

  test('a loss that was expected and did not come exits 1', async () => {
    const words = [`${FOLDER}/one-copy.yaml`, ...FEWER, '--set', 'expect=metadata-loss'];
    const { code, result } = await runJson(out, words);
    expect(code).toBe(1);
    expect(result.verdict.outcome).toBe('expectation-failed');
  });
});

describe('as published', () => {
  const out = temporaryFolder();

  test('nothing comes back after a restart, as expected', async () => {
    const words = [`${FOLDER}/published-lost-at-restart.yaml`, ...FEWER];
    const { code, result } = await runJson(out, words);
    expect(code).toBe(0);
    expect(result.metadata.losses['lost remap']).toBeGreaterThan(0);
    expect(verdictOf(result, 'data').verdict).toBe('held');
  });

  test('entries are written over the data of the first remaps, power cut or not', async () => {
    const { code, result } = await runJson(out, [
      `${FOLDER}/entries-over-first-spares.yaml`,
      ...FEWER,
    ]);
    expect(code).toBe(0);
    expect(verdictOf(result, 'data')).toMatchObject({
      verdict: 'broken',
      consequenceOf: 'metadata',
    });
  });
});

test('what does not fit together is refused, with its place', async () => {
  const answer = await sparestorm([
    'validate',
    `${FOLDER}/five-copies.yaml`,
    ...['--set', 'device.spare.placement=v4-dynamic', '--set', 'device.spare.sectors=2048'],
    ...['--set', 'integrity=off'],
  ]);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain('metadata.copies must be at most 4');
  expect(answer.stderr).toContain('metadata.format redundant needs integrity strict or sampled');
});

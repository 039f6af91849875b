import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sparestorm } from '../support/cli.ts';

/**
 * Goal: the hot loop makes no garbage, so that no pause of the collector is ever part of a latency.
 *
 * Method: the same load for 100,000 and for 10,000,000 operations under --trace-gc, which prints a
 * line a collection and names the isolate. The first isolate to speak is the coordinator, which may
 * collect as it likes; the others are threads of load. Starting and ending them takes a dozen
 * collections, give or take a few, in both runs. The smallest object there is, 16 bytes, made once
 * an operation would be 160 MB and ten collections more.
 *
 * Not covered: operations that no mix here has.
 */
const MOST_MORE = 5;

async function collectionsOfThreads(load: string, operations: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sparestorm-garbage-'));
  try {
    const file = join(folder, 'scenario.yaml');
    const rest = `load: { threads: 2, warmup: 0ms, operations: ${operations}, ${load} }`;
    writeFileSync(file, `version: 1\nname: garbage\nintegrity: off\n${rest}\n`);
    const words = ['run', file, '--quiet', '--no-progress', '--out', join(folder, 'results')];
    const run = await sparestorm(words, { nodeFlags: ['--trace-gc'] });
    expect(run.code, run.stderr).toBe(0);
    const isolates = [...run.stdout.matchAll(/^\[\d+:(0x[0-9a-f]+)\].*(?:Scavenge|Mark)/gm)];
    const coordinator = isolates[0]?.[1];
    expect(coordinator).toBeDefined();
    return isolates.filter(([, isolate]) => isolate !== coordinator).length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each([
  ['reads and writes', 'mix: { read: 1, write: 1 }, blockSize: 512'],
  ['chained', 'mix: { read: 1, write: 1 }, blockSize: 512, timing: chained'],
  ['Zipf addresses', 'mix: { read: 1, write: 1 }, addresses: { distribution: zipf }'],
])('ten million operations collect nothing: %s', async (_, load) => {
  const few = await collectionsOfThreads(load, 100_000);
  const many = await collectionsOfThreads(load, 10_000_000);
  expect(many).toBeLessThanOrEqual(few + MOST_MORE);
});

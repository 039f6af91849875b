import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { LockWord, STRIDE } from '../../src/memory/layout.ts';
import type { LockKind } from '../../src/scenario/plan.ts';

/**
 * Goal: every lock excludes real threads: no increment of a plain counter is lost under it.
 *
 * Method: four threads, each so many rounds of acquire, read, write, release, on the built program.
 * A lock that serves in order of arrival is slow when threads outnumber cores (whoever is next may
 * not be running), so those do fewer rounds.
 *
 * Not covered: rare interleavings; an explorer is the better tool for them.
 */
const THREADS = 4;
const COUNTER = 0;
const BASE = STRIDE;
const INDEX = new URL('../../dist/src/lock/index.js', import.meta.url);

const PROGRAM = `
  const { workerData: { index, kind, words, thread, rounds } } = require('node:worker_threads');
  import(index).then(({ lockOn }) => {
    const lock = lockOn(kind, words, ${BASE});
    for (let round = 0; round < rounds; round++) {
      lock.acquire(thread);
      words[${COUNTER}] = words[${COUNTER}] + 1;
      lock.release(thread);
    }
  });
`;

async function countUnder(kind: LockKind, rounds: number): Promise<Int32Array> {
  const wordCount = BASE + LockWord.nodes + THREADS * STRIDE;
  const words = new Int32Array(new SharedArrayBuffer(4 * wordCount));
  const workers = Array.from({ length: THREADS }, (_, thread) => {
    const workerData = { index: INDEX.href, kind, words, thread, rounds };
    return new Worker(PROGRAM, { eval: true, workerData });
  });
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.once('error', reject);
          worker.once('exit', () => resolve());
        }),
    ),
  );
  return words;
}

const isCrowded = availableParallelism() < THREADS;

describe.runIf(existsSync(INDEX))('four threads count under', () => {
  test.each<[LockKind, number]>([
    ['test-and-set', 20_000],
    ['test-and-test-and-set', 20_000],
    ['mutex', 20_000],
    ['ticket', isCrowded ? 2_000 : 20_000],
    ['mcs', isCrowded ? 2_000 : 20_000],
    ['queued', isCrowded ? 2_000 : 20_000],
  ])('%s, %i times each, and lose nothing', async (kind, rounds) => {
    const words = await countUnder(kind, rounds);
    expect(words[COUNTER]).toBe(THREADS * rounds);
    const [word, serving] = [words[BASE + LockWord.word], words[BASE + LockWord.serving]];
    // Free again: a ticket lock has served as many as have asked, the others are zero.
    expect(word).toBe(kind === 'ticket' ? serving : 0);
  });

  test('none, and may lose some but never invent any', async () => {
    const words = await countUnder('none', 20_000);
    expect(words[COUNTER]).toBeGreaterThan(0);
    expect(words[COUNTER]).toBeLessThanOrEqual(THREADS * 20_000);
  });
});

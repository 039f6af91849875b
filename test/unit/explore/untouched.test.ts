import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { explore, instrumentProduct, LockSubject, replay } from '../../../src/explore/index.ts';

/**
 * Goal: exploring costs nothing where nobody explores: the files that run are left as they are.
 *
 * Method: the bytes of all that was built of locks and device, before a lock with a planted fault
 * was instrumented, explored and replayed, and after.
 *
 * Not covered: that these bytes are those of tsc, and that they are what a run loads: see the long
 * tests.
 */
const BUILT = fileURLToPath(new URL('../../../dist/src/', import.meta.url));

function digests(): readonly string[] {
  return ['lock', 'device'].flatMap((folder) =>
    readdirSync(`${BUILT}${folder}`).map((name) => {
      const bytes = readFileSync(`${BUILT}${folder}/${name}`);
      return `${folder}/${name} ${createHash('sha256').update(bytes).digest('hex')}`;
    }),
  );
}

let before: readonly string[] = [];

beforeAll(async () => {
  before = digests();
  await instrumentProduct();
});

test('instrumenting, exploring and replaying leave what was built as it is', async () => {
  const file = 'lock/test-and-set-lock.js';
  const find = 'Atomics.store(this.#words, this.#word, 0);';
  const code = await instrumentProduct([{ file, find, replace: ';' }]);
  const subject = new LockSubject('test-and-set', [1, 1], code);
  const { fault, schedule } = explore(subject, { strategy: { kind: 'dpor' } });
  expect(fault?.kind).toBe('deadlock');
  expect(replay(subject, schedule as NonNullable<typeof schedule>).faults).not.toEqual([]);
  expect(before.length).toBeGreaterThan(100);
  expect(digests()).toEqual(before);
});

import { describe, expect, test } from 'vitest';
import { ON_MAIN, Promises } from '../../../src/crash/promises.ts';
import { LogKind } from '../../../src/device/write-log.ts';

/** The log as tuples: kind, thread, at, count, contents. */
function promisesAfter(
  log: readonly (readonly [keyof typeof LogKind, number, number?, number?, number?])[],
): Promises {
  const promises = new Promises();
  for (const [position, [kind, thread, at = 0, count = 0, content]] of log.entries()) {
    const contents = content === undefined ? [] : [content];
    promises.take({ kind: LogKind[kind], thread, at, count, contents }, position);
  }
  return promises;
}

describe('data', () => {
  test('may be old or new until a flush was acknowledged that began after the write was', () => {
    const log = [
      ['issue', 0, 5, 1, 100],
      ['written', 0],
      ['syncBegin', 0],
    ] as const;
    const before = promisesAfter(log);
    expect([0, 100, 7].map((content) => before.allows(5, content))).toEqual([true, true, false]);
    const after = promisesAfter([...log, ['syncEnd', 0]]);
    expect([0, 100].map((content) => after.allows(5, content))).toEqual([false, true]);
  });

  test('that was acknowledged after the flush began is not promised by it', () => {
    const promises = promisesAfter([
      ['issue', 0, 5, 1, 100],
      ['syncBegin', 1],
      ['written', 0],
      ['syncEnd', 1],
    ]);
    expect(promises.allows(5, 0)).toBe(true);
    expect(promises.promisedCount).toBe(0);
  });

  test('of writes that overlapped may be either', () => {
    const promises = promisesAfter([
      ['issue', 0, 5, 1, 100],
      ['issue', 1, 5, 1, 200],
      ['written', 0],
      ['written', 1],
      ['syncBegin', 0],
      ['syncEnd', 0],
    ]);
    expect([0, 100, 200].map((content) => promises.allows(5, content))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('a remap', () => {
  test('is in doubt until it is acknowledged, and so is its undoing', () => {
    const begun = promisesAfter([['remapBegin', 0, 5, 9]]).mappings.get(5);
    expect(begun).toEqual({ acknowledged: ON_MAIN, inDoubt: [9] });
    const done = promisesAfter([
      ['remapBegin', 0, 5, 9],
      ['remapped', 0, 5, 9],
    ]);
    expect(done.mappings.get(5)).toEqual({ acknowledged: 9, inDoubt: [] });
    const undoing = promisesAfter([
      ['remapBegin', 0, 5, 9],
      ['remapped', 0, 5, 9],
      ['unremapBegin', 0, 5],
    ]);
    expect(undoing.mappings.get(5)).toEqual({ acknowledged: 9, inDoubt: [ON_MAIN] });
  });
});

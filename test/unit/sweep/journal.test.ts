import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/sweep/journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'sparestorm-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the journal', () => {
  test('counts what was begun and not left', () => {
    const journal = new Journal(join(folder, 'plain'));
    expect([...journal.begun()]).toEqual([]);
    for (const id of ['aa', 'bb', 'aa']) journal.begin(id);
    journal.leave('bb');
    expect(Object.fromEntries(journal.begun())).toEqual({ aa: 2, bb: 0 });
  });

  test('cut off anywhere, it has lost no line but the last, and goes on', () => {
    const path = join(folder, 'whole');
    const journal = new Journal(path);
    for (const id of ['aa', 'bb', 'cc']) journal.begin(id);
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      const cut = join(folder, `cut-${length}`);
      writeFileSync(cut, whole.subarray(0, length));
      const shortened = new Journal(cut);
      const before = [...shortened.begun().keys()];
      // A line counts from its closing brace on: the line break behind it belongs to the next.
      const complete = ['aa', 'bb', 'cc'].filter((_, index) => length >= 16 * index + 15);
      expect(before).toEqual(complete);
      shortened.begin('dd');
      expect([...shortened.begun().keys()]).toEqual([...complete, 'dd']);
    }
  });

  test('passes over what is no line of it', () => {
    const path = join(folder, 'damaged');
    const journal = new Journal(path);
    journal.begin('aa');
    appendFileSync(path, 'x{"begun":"bb"}\n\0\0\0\0\n{"begun":"../.."}\n{"begun":"cc"} \n');
    expect([...journal.begun().keys()]).toEqual(['aa']);
  });
});

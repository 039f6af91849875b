import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Problem, ScenarioError } from '../../../src/errors.ts';
import { readScenarioFile } from '../../../src/scenario/read.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-scenario-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(bytes: string | Uint8Array): string {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(path, bytes);
  return path;
}

function problemOf(path: string): Problem | undefined {
  try {
    readScenarioFile(path);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems[0];
    throw error;
  }
  throw new Error('the file was read');
}

describe('a scenario file', () => {
  it('is read as UTF-8', () => {
    expect(readScenarioFile(fileOf('name: größe 名前 😀\n'))).toBe('name: größe 名前 😀\n');
  });

  it('may be of 1 MiB, and no more', () => {
    expect(readScenarioFile(fileOf(' '.repeat(1024 * 1024)))).toHaveLength(1024 * 1024);
    expect(problemOf(fileOf(' '.repeat(1024 * 1024 + 1)))?.message).toContain('larger than 1 MiB');
  });

  it('may be endless without taking memory or time', () => {
    expect(problemOf('/dev/zero')?.message).toContain('larger than 1 MiB');
  });

  it.each([
    [Buffer.from('a: 1\nb: \xff\n', 'latin1'), 2, 4, 'FF'],
    [Buffer.from('a: é\n', 'latin1'), 1, 4, 'E9'],
    [Buffer.concat([Buffer.from('ä: '), Buffer.from([0xf0, 0x9f])]), 1, 4, 'F0'],
    [Buffer.from('\ufeffa: 1\n', 'utf16le'), 1, 1, 'FF'],
  ])('that is not UTF-8 (%o) is refused at the first wrong byte', (bytes, line, column, byte) => {
    const problem = problemOf(fileOf(bytes));
    expect(problem?.message).toBe(`not UTF-8 text: found the byte ${byte}`);
    expect(problem?.position).toEqual({ line, column });
  });

  it('that cannot be read is refused with the reason, and with no position', () => {
    const missing = join(folder, 'missing.yaml');
    expect(problemOf(missing)).toMatchObject({
      file: missing,
      position: null,
      message: `cannot read ${missing}: there is no such file`,
    });
    expect(problemOf(folder)?.message).toContain('it is a folder');
    expect(problemOf('a\0b')?.message).toContain('no path can hold');
  });
});

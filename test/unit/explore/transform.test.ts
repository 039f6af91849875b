import { describe, expect, test } from 'vitest';
import { finish } from '../../../src/explore/transform/runtime.ts';
import { instrumented } from '../../support/explored.ts';

/**
 * Goal: what is rendered does what was written, access for access, and what cannot be rendered is
 * refused.
 *
 * Method: one function at a time, stepped by hand; a stop is a `next()` that does not end it.
 */
async function run(body: string, words: Int32Array): Promise<{ stops: string[]; answer: unknown }> {
  const code = await instrumented(`export function run(words, other) {\n${body}\n}`);
  code.runtime.attach(words);
  const steps = (code.exports.run as (...args: unknown[]) => unknown)(words, [10, 20, 30]);
  if (typeof steps !== 'object' || steps === null) return { stops: [], answer: steps };
  const stops: string[] = [];
  for (;;) {
    const { done, value } = (steps as Generator).next();
    if (done) return { stops, answer: value };
    const site = code.sites[code.runtime.port[1] as number];
    stops.push(`${site?.kind}@${code.runtime.port[0]}:${site?.line}`);
  }
}

describe('accesses', () => {
  test('plain reads and writes stop before they are made, on the right line', async () => {
    const words = Int32Array.of(5, 6, 7);
    const { stops, answer } = await run('words[1] =\n words[0] + 1;\nreturn words[2];', words);
    expect(stops).toEqual(['1@0:3', '2@1:2', '1@2:4']);
    expect(answer).toBe(7);
    expect([...words]).toEqual([5, 6, 7]);
  });

  test('operands are evaluated in the order of the language', async () => {
    const words = Int32Array.of(1, 0, 0, 0);
    const body = 'let i = 0;\nwords[i++] = (i++, words[i++] = i * 10, i);\nreturn [i, ...other];';
    const { answer } = await run(body, words);
    expect(answer).toEqual([3, 10, 20, 30]);
    expect([...words]).toEqual([3, 0, 30, 0]);
  });

  test.each([
    ['words[0] += words[1];', ['1@0:2', '1@1:2', '2@0:2'], [12, 7]],
    ['words[0]++;', ['1@0:2', '2@0:2'], [6, 7]],
    ['return words[0]++ + --words[1];', ['1@0:2', '2@0:2', '1@1:2', '2@1:2'], [6, 6]],
    ['Atomics.add(words, 0, Atomics.load(words, 1));', ['3@1:2', '5@0:2'], [12, 7]],
    ['Atomics.compareExchange(words, 0, 5, 9);', ['13@0:2'], [9, 7]],
    ['Atomics.compareExchange(words, 0, 4, 9);', ['13@0:2'], [5, 7]],
    ['Atomics.exchange(words, 1, Atomics.sub(words, 0, 1));', ['5@0:2', '5@1:2'], [4, 5]],
    ['Atomics.or(words, 0, 2); Atomics.and(words, 1, 3);', ['5@0:2', '5@1:2'], [7, 3]],
  ])('%s', async (body, stops, after) => {
    const words = Int32Array.of(5, 7);
    expect((await run(body, words)).stops).toEqual(stops);
    expect([...words]).toEqual(after);
  });

  test('arrays that are not shared do not stop', async () => {
    const { stops, answer } = await run(
      'other[1] = other[0] + 1; return other[1];',
      new Int32Array(1),
    );
    expect(stops).toEqual([]);
    expect(answer).toBe(11);
  });

  test('another view of the same memory does', async () => {
    const words = Int32Array.of(1, 2, 3);
    const { stops } = await run('const v = new Uint32Array(words.buffer, 4); return v[1];', words);
    expect(stops).toEqual(['1@2:2']);
  });

  test('methods, private methods and functions step as they are called', async () => {
    const code = await instrumented(`
      class Cell {
        #words;
        constructor(words) { this.#words = words; }
        #twice(n) { return this.#words[0] * n; }
        get() { return this.#twice(2) + load(this.#words); }
      }
      function load(words) { return Atomics.load(words, 1) }
      export const run = (words) => new Cell(words).get() + new Map([[1, 5]]).get(1);
    `);
    const words = Int32Array.of(4, 9);
    code.runtime.attach(words);
    const steps = (code.exports.run as (words: Int32Array) => Generator<undefined, number>)(words);
    expect(finish(steps)).toBe(22);
  });

  test('statements without semicolons stay apart', async () => {
    const words = Int32Array.of(1, 2);
    await run('const f = other\nwords[0] = 3\nwords[1] = 4\nreturn f', words);
    expect([...words]).toEqual([3, 4]);
  });
});

describe('refused', () => {
  test.each([
    ['const { load } = Atomics;', 'other than in a call'],
    ['other.forEach(() => Atomics.load(words, 0));', 'outside a function that can stop'],
    ['return words?.[0];', 'optional'],
    ['words[0] ||= 1;', 'on an element'],
    ['delete words[0];', 'delete'],
    ['Atomics.waitAsync(words, 0, 0);', 'waitAsync'],
  ])('%s', async (body, reason) => {
    await expect(run(body, new Int32Array(2))).rejects.toThrow(reason);
  });

  test.each([
    ['words.fill(1);'],
    ['return [...words];'],
    ['for (const word of words) other.push(word);'],
    ['const [first] = words; return first;'],
    ['return Array.from(words);'],
    ['return other.map((_, index) => words[index]);'],
    ['return new Int32Array(words);'],
  ])('%s, as it reaches shared memory unseen', async (body) => {
    await expect(run(`${body}\nwords[0];`, new Int32Array(2))).rejects.toThrow(/shared memory/);
  });

  test('bytes of shared memory', async () => {
    const body = 'const bytes = new Uint8Array(words.buffer); return bytes[0];';
    await expect(run(body, new Int32Array(2))).rejects.toThrow('32-bit integers only');
  });

  test('a patch that does not fit', async () => {
    const patches = [{ file: 'subject.mjs', find: 'nowhere', replace: '' }];
    await expect(instrumented('export const a = 1;', { patches })).rejects.toThrow('not once');
  });

  test('a file that is not there, and one that is no program', async () => {
    await expect(instrumented('export const = 1;')).rejects.toThrow('subject.mjs');
  });
});

test('the fingerprint follows the text', async () => {
  const one = await instrumented('export function f(w) { return w[0]; }');
  const same = await instrumented('export function f(w) { return w[0]; }');
  const other = await instrumented('export function f(w) { return w[1]; }');
  expect(one.fingerprint).toBe(same.fingerprint);
  expect(one.fingerprint).not.toBe(other.fingerprint);
});

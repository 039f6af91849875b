import { expect, test } from 'vitest';
import {
  asciiOf,
  clip,
  columnsOf,
  exactCount,
  plural,
  printable,
  wrap,
} from '../../../src/report/text.ts';

test('control and format characters are spelled out', () => {
  expect(printable('a\u001b[31mb\r\nc\u202ed\u0000')).toBe(
    'a\\u{1b}[31mb\\u{d}\\u{a}c\\u{202e}d\\u{0}',
  );
  expect(printable('\ud800')).toBe('\\u{d800}');
});

test('other scripts stay as they are', () => {
  expect(printable('Zürich 東京 µs')).toBe('Zürich 東京 µs');
});

test('ASCII keeps the likeness of signs that we use', () => {
  expect(asciiOf('41.3µs – 2 × 3 → 6 … 東')).toBe('41.3us - 2 x 3 -> 6 ... ?');
});

test('wide characters take two columns', () => {
  expect(columnsOf('ab東京')).toBe(6);
});

test('a clipped text fits and says that it was cut', () => {
  expect(clip('abcdef', 6)).toBe('abcdef');
  expect(clip('abcdefg', 6)).toBe('abcde…');
  expect(clip('東京東京', 5)).toBe('東京…');
  expect(clip('abcdefg', 6, '...')).toBe('abc...');
});

test('text wraps at spaces, and a word that is too long is cut', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
  expect(wrap('', 10)).toEqual(['']);
});

test('one is singular', () => {
  expect([0, 1, 2].map((count) => plural(count, 'thread'))).toEqual([
    '0 threads',
    '1 thread',
    '2 threads',
  ]);
});

test('exact counts are grouped', () => {
  expect(exactCount(16_384)).toBe('16,384');
});

import { describe, expect, test } from 'vitest';
import { LINE_BYTES_MAX, linesOf } from '../../../src/load/trace/lines.ts';

describe('lines of a text', () => {
  test('are numbered from 1 and come without their line feed', () => {
    expect(read('one\n\nthree\n')).toEqual(['1:one', '2:', '3:three']);
  });

  test('a last line without a line feed is marked', () => {
    expect(read('one\ntwo')).toEqual(['1:one', '2:two (cut)']);
  });

  test('an empty text has none', () => {
    expect(read('')).toEqual([]);
  });

  test('are the same however the reads fall', () => {
    const text = Array.from({ length: 200 }, (_, n) => 'x'.repeat(n % 37)).join('\n');
    const whole = read(text, 1 << 20);
    for (const bytes of [1, 2, 3, 7, 4096]) expect(read(text, bytes)).toEqual(whole);
  });

  test('one of the greatest length is whole, one byte more shows as too long, the rest is skipped', () => {
    const [longest, longer] = ['a'.repeat(LINE_BYTES_MAX), 'b'.repeat(3 * LINE_BYTES_MAX)];
    for (const bytes of [100, 1 << 20]) {
      const lines = read(`${longest}\n${longer}\nend\n`, bytes);
      expect(lines[0]).toBe(`1:${longest}`);
      expect(lines[1]?.length).toBeGreaterThan(LINE_BYTES_MAX + 2);
      expect(lines.slice(2)).toEqual(['3:end']);
    }
  });
});

function read(text: string, bytesPerRead = 16): string[] {
  const source = Buffer.from(text);
  let at = 0;
  const lines: string[] = [];
  const fill = (into: Buffer, offset: number): number => {
    const count = source.copy(into, offset, at, Math.min(at + bytesPerRead, source.length));
    at += count;
    return count;
  };
  for (const line of linesOf(fill, 64)) {
    const content = line.bytes.toString('utf8', line.start, line.end);
    lines.push(`${line.number}:${content}${line.isTerminated ? '' : ' (cut)'}`);
  }
  return lines;
}

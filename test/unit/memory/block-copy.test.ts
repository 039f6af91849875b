import { describe, expect, test } from 'vitest';
import { blockOperationsOn } from '../../../src/memory/block-copy.ts';

describe('block operations on a shared WebAssembly memory', () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const bytes = new Uint8Array(memory.buffer);
  const blocks = blockOperationsOn(memory);

  test('copy moves bytes like copyWithin does, overlapping ranges included', () => {
    for (const [target, source, count] of [
      [4096, 0, 512],
      [100, 90, 50],
      [90, 100, 50],
      [7, 3, 1],
      [0, 65536, 65536],
    ] as const) {
      for (let index = 0; index < bytes.length; index++) bytes[index] = (index * 31) & 0xff;
      const expected = Uint8Array.from(bytes).copyWithin(target, source, source + count);
      blocks.copy(target, source, count);
      expect(Buffer.compare(bytes, expected)).toBe(0);
    }
  });

  test('fill sets exactly the bytes named', () => {
    bytes.fill(0);
    blocks.fill(10, 0xab, 5);
    expect([...bytes.subarray(8, 17)]).toEqual([0, 0, 0xab, 0xab, 0xab, 0xab, 0xab, 0, 0]);
  });

  test('a range beyond the end traps and changes nothing', () => {
    bytes.fill(0);
    expect(() => blocks.fill(2 * 65536 - 4, 1, 8)).toThrow();
    expect(bytes.at(-1)).toBe(0);
  });
});

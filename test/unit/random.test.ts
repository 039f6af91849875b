import { describe, expect, test } from 'vitest';
import { RandomStream, SplitMix64, streamFor } from '../../src/random.ts';

const take = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

describe('published test vectors', () => {
  test('SplitMix64 gives the reference numbers for seed 1234567', () => {
    const mixer = new SplitMix64(1234567n);
    expect(Array.from({ length: 5 }, () => mixer.next())).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  test('xoshiro128** 1.1 gives the reference numbers for state 1, 2, 3, 4', () => {
    const stream = new RandomStream([1, 2, 3, 4]);
    expect(take(10, () => stream.nextUint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  test('the generator agrees with a plain transcription of its definition in BigInt', () => {
    const stream = new RandomStream([0xdeadbeef, 0xffffffff, 0x80000000, 0x12345678]);
    const definition = xoshiroInBigInt([0xdeadbeefn, 0xffffffffn, 0x80000000n, 0x12345678n]);
    for (let draw = 0; draw < 10_000; draw++) expect(stream.nextUint32()).toBe(definition());
  });
});

describe('streams', () => {
  test('one seed, thread and purpose give one stream, whatever else was drawn', () => {
    const first = streamFor(42, 3, 'address');
    streamFor(42, 3, 'operation').nextUint32();
    const second = streamFor(42, 3, 'address');
    expect(take(100, () => first.nextUint32())).toEqual(take(100, () => second.nextUint32()));
  });

  test('another seed, thread or purpose gives another stream', () => {
    const starts = [
      streamFor(42, 0, 'address'),
      streamFor(43, 0, 'address'),
      streamFor(42 + 2 ** 32, 0, 'address'),
      streamFor(42, 1, 'address'),
      streamFor(42, null, 'address'),
      streamFor(42, 0, 'operation'),
      streamFor(42, 0, 'addres'),
      streamFor(42, 0, ''),
    ].map((stream) => take(4, () => stream.nextUint32()).join());
    expect(new Set(starts).size).toBe(starts.length);
  });

  test('a stream never changes between releases, so that a stored seed keeps its meaning', () => {
    const stream = streamFor(42, 0, 'address');
    expect(take(4, () => stream.nextUint32())).toEqual([
      1694518130, 390236769, 1777419032, 3881514517,
    ]);
  });

  test('the largest seed works, a larger or fractional one is refused', () => {
    expect(streamFor(Number.MAX_SAFE_INTEGER, 0, 'size').below(1)).toBe(0);
    expect(() => streamFor(2 ** 53, 0, 'size')).toThrow('seed');
    expect(() => streamFor(0.5, 0, 'size')).toThrow('seed');
    expect(() => streamFor(-1, 0, 'size')).toThrow('seed');
  });

  test('neighbouring threads are not correlated', () => {
    const [a, b] = [streamFor(1, 0, 'address'), streamFor(1, 1, 'address')];
    const count = 100_000;
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    const deviation = Math.sqrt(count) / 12;
    expect(Math.abs(sum)).toBeLessThan(4 * deviation);
  });
});

describe('draws', () => {
  test('a state of all zeros, which would stay zero, is refused', () => {
    expect(() => new RandomStream([0, 0, 0, 0])).toThrow('all-zero');
    expect(() => new RandomStream([1, 2, 3])).toThrow('4 words');
  });

  test('signed and unsigned draws are the same bits', () => {
    const [signed, unsigned] = [streamFor(9, 0, 'x'), streamFor(9, 0, 'x')];
    for (let draw = 0; draw < 1000; draw++) {
      expect(signed.nextInt32() >>> 0).toBe(unsigned.nextUint32());
    }
  });

  test('below() takes the upper word of draw times bound, exactly, up to a bound of 2^32', () => {
    for (const bound of [1, 2, 3, 10, 65535, 2 ** 21 + 1, 2 ** 31 + 12345, 2 ** 32 - 1, 2 ** 32]) {
      const stream = streamFor(7, 0, 'bound');
      const reference = streamFor(7, 0, 'bound');
      for (let draw = 0; draw < 2000; draw++) {
        expect(stream.below(bound)).toBe(upperWord(reference, bound));
      }
    }
  });

  test('uniform() and uniform53() lie in [0, 1) and keep all their bits', () => {
    const stream = streamFor(5, 0, 'x');
    for (let draw = 0; draw < 10_000; draw++) {
      const short = stream.uniform();
      const long = stream.uniform53();
      expect(short >= 0 && short < 1 && Number.isInteger(short * 2 ** 32)).toBe(true);
      expect(long >= 0 && long < 1 && Number.isInteger(long * 2 ** 53)).toBe(true);
    }
  });
});

/** Lemire's method in BigInt, where nothing can be rounded. */
function upperWord(stream: RandomStream, bound: number): number {
  const wide = BigInt(bound);
  for (;;) {
    const product = BigInt(stream.nextUint32()) * wide;
    if ((product & 0xffffffffn) >= (1n << 32n) % wide) return Number(product >> 32n);
  }
}

function xoshiroInBigInt(start: readonly bigint[]): () => number {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  const rotate = (value: bigint, by: bigint): bigint => word((value << by) | (value >> (32n - by)));
  let [s0, s1, s2, s3] = start as [bigint, bigint, bigint, bigint];
  return () => {
    const result = word(rotate(word(s1 * 5n), 7n) * 9n);
    const shifted = word(s1 << 9n);
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotate(s3, 11n);
    return Number(result);
  };
}

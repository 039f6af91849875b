import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { streamFor } from '../../src/random.ts';

const SEED = 20_250_101;

test(`below(bound) lies in 0 … bound − 1 for every bound (seed ${SEED})`, () => {
  assert(
    property(
      integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      integer({ min: 0, max: 1000 }),
      integer({ min: 1, max: 2 ** 32 }),
      (seed, thread, bound) => {
        const stream = streamFor(seed, thread, 'address');
        for (let draw = 0; draw < 50; draw++) {
          const value = stream.below(bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      },
    ),
    { seed: SEED },
  );
});

test(`a stream depends on its seed, thread and purpose only (seed ${SEED})`, () => {
  assert(
    property(integer({ min: 0 }), integer({ min: 0 }), string(), (seed, thread, purpose) => {
      const [first, second] = [streamFor(seed, thread, purpose), streamFor(seed, thread, purpose)];
      for (let draw = 0; draw < 10; draw++) expect(first.nextUint32()).toBe(second.nextUint32());
    }),
    { seed: SEED },
  );
});

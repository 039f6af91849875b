import { expect, test } from 'vitest';
import { sparesOf } from '../../../src/report/spares.ts';
import { someRunRecord } from '../../support/run-record.ts';

test('every allocatable spare is used, cached or free', () => {
  expect(sparesOf(someRunRecord())).toEqual({
    total: 64,
    reserved: 0,
    allocatable: 64,
    used: 20,
    cached: 3,
    free: 41,
  });
});

test('reserved spares and those beyond the limit are not allocatable', () => {
  const reserved = new Uint8Array(64);
  reserved[40] = 1;
  reserved[63] = 1;
  const spares = sparesOf(someRunRecord({ spares: { reserved, allocatableEnd: 50 } }));
  expect(spares).toMatchObject({ total: 64, reserved: 2, allocatable: 49, used: 20, cached: 3 });
});

test('a spare that was given back is free again', () => {
  const run = someRunRecord();
  const [first] = run.claims;
  if (first === undefined) throw new Error('no claim');
  const marked = Uint8Array.from(run.spares.marked);
  marked[first.spare] = 0;
  const claims = [...run.claims, { ...first, kind: 'release' as const, order: 20 }];
  const spares = sparesOf(someRunRecord({ claims, spares: { marked } }));
  expect(spares).toMatchObject({ used: 19, free: 42 });
});

test('a spare marked for nobody is used: no one else can have it', () => {
  const marked = Uint8Array.from({ length: 64 }, (_, spare) => (spare < 30 ? 1 : 0));
  expect(sparesOf(someRunRecord({ spares: { marked } }))).toMatchObject({ used: 27, cached: 3 });
});

test.each([
  ['a negative count', { count: -2 }],
  ['a count above its slots', { count: 99 }],
  ['a head outside', { head: -9 }],
  ['slots that hold no spare', { slots: [-1, 4000, 70, 0, 0, 0, 9999, -5] }],
])('a ring with %s, as a race may leave it, still adds up', (_, ring) => {
  const spares = sparesOf(someRunRecord({ spares: { ring } }));
  expect(spares.used + spares.cached + spares.free).toBe(64);
});

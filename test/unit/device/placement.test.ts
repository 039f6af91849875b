import { describe, expect, test } from 'vitest';
import { copyPositionsOf, reservedSparesOf } from '../../../src/device/placement.ts';
import { AT_ONCE, type DevicePlan, type Placement } from '../../../src/scenario/plan.ts';

const FIVE = [0, 1024, 2048, 4096, 8192];

describe('v4-dynamic', () => {
  test.each([
    [1, []],
    [40, []],
    [71, []],
    [72, [0, 8, 16, 24, 32]],
    [100, [0, 8, 16, 24, 32]],
    [1023, [0, 8, 16, 24, 32]],
    [1024, [0, 256, 512, 768]],
    [1027, [0, 256, 512, 768]],
    [8191, [0, 2047, 4094, 6141]],
    [8192, [0, 1024, 2048, 4096]],
    [8199, [0, 1024, 2048, 4096]],
    [8200, FIVE],
    [16384, FIVE],
    [65536, FIVE],
  ])('%i spares: copies at %j', (spareCount, positions) => {
    expect(copyPositionsOf('v4-dynamic', spareCount)).toEqual(positions);
  });

  test.each([
    [71, 0],
    [72, 40],
    [1023, 40],
    [1024, 8],
    [8192, 8],
    [16384, 8],
  ])('%i spares: the first that may be handed out is %i', (spareCount, first) => {
    expect(reservedOf('v4-dynamic', spareCount).indexOf(0)).toBe(first);
  });
});

test('v4-fixed has its five copies wherever it is accepted', () => {
  for (const spareCount of [16384, 65536]) {
    expect(copyPositionsOf('v4-fixed', spareCount)).toEqual(FIVE);
  }
});

test('v4-fixed knows nothing of the area', () => {
  expect(copyPositionsOf('v4-fixed', 72)).toEqual(FIVE);
});

test('placement none reserves nothing', () => {
  expect(copyPositionsOf('none', 16384)).toEqual([]);
  expect(countOf(reservedOf('none', 16384))).toBe(0);
});

test('a copy is eight spares, and nothing else is reserved', () => {
  const reserved = reservedOf('v4-dynamic', 16384);
  expect(countOf(reserved)).toBe(40);
  for (const position of FIVE) {
    expect([...reserved.subarray(position, position + 9)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
  }
});

test('the limit does not move the copies: it clips afterwards', () => {
  const spare = { sectorCount: 16384, start: 0, placement: 'v4-dynamic' } as const;
  const clipped = reservedSparesOf(deviceOf({ ...spare, limit: 1000 }));
  expect(clipped).toEqual(reservedOf('v4-dynamic', 16384));
});

function reservedOf(placement: Placement, sectorCount: number): Uint8Array {
  const spare = { sectorCount, start: 0, limit: null, placement };
  return reservedSparesOf(deviceOf(spare));
}

function deviceOf(spare: DevicePlan['spare']): DevicePlan {
  return { sectorCount: 1, medium: 'memory', spare, ...AT_ONCE };
}

function countOf(reserved: Uint8Array): number {
  return reserved.reduce((sum, bit) => sum + bit, 0);
}

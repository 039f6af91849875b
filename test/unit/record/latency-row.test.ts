import { expect, test } from 'vitest';
import { bucketCountFor, highestOf, lowestOf } from '../../../src/record/histogram.ts';
import { latencyRowOf, lowestOfRow, rowOfBuckets } from '../../../src/record/latency-row.ts';

test('rows follow each other without a gap', () => {
  expect([0, 7, 8, 15, 16, 17, 18].map(latencyRowOf)).toEqual([0, 7, 8, 15, 16, 16, 17]);
  for (let row = 1; row < 300; row++) {
    const lowest = lowestOfRow(row);
    expect(latencyRowOf(lowest)).toBe(row);
    expect(latencyRowOf(lowest - 1)).toBe(row - 1);
  }
});

test('no bucket reaches into two rows', () => {
  const rowOf = rowOfBuckets(bucketCountFor(60e9));
  for (const [bucket, row] of rowOf.entries()) {
    expect(row).toBe(latencyRowOf(lowestOf(bucket)));
    expect(row).toBe(latencyRowOf(highestOf(bucket)));
  }
});

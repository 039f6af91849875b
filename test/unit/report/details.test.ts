import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damageIn, heatIn, histogramIn, sparesCellsIn } from '../../../src/report/details.ts';
import { type Details, detailsSchema, SPARE_STATES } from '../../../src/report/details-schema.ts';
import { packCounts, unpackCounts } from '../../../src/report/packed.ts';
import { sparesOf } from '../../../src/report/spares.ts';
import {
  brokenVerdict,
  samples,
  someDetails,
  someResult,
  someRunRecord,
} from '../../support/run-record.ts';

const stored = (details: Details): Details =>
  detailsSchema.parse(JSON.parse(JSON.stringify(details)));

describe('what is stored comes out as it went in', () => {
  test('distributions, to the bucket, also what overflowed', () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(latencies, (ns) => {
        const service = samples(...ns);
        const details = stored(someDetails({ allocation: { service } }));
        expect(histogramIn(details, 'allocation')).toEqual(service);
      }),
      { numRuns: 20 },
    );
  });

  test('slices', () => {
    const run = someRunRecord();
    const details = stored(someDetails());
    const heat = heatIn(details, 'read');
    expect(heat?.counts.reduce((sum, count) => sum + count, 0)).toBe(5);
    const { lowestRow = 0, rowCount = 0 } = heat ?? {};
    for (const [slice, { rows }] of run.slices.entries()) {
      for (let row = 0; row < rowCount; row++) {
        expect(heat?.counts[slice * rowCount + row]).toBe(rows.read[lowestRow + row] ?? 0);
      }
    }
    expect(heatIn(details, 'write')).toBeNull();
    expect(details.slices.operations).toEqual([0, 700, 1520]);
  });

  test('lists of counts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (counts) => {
        expect([...unpackCounts(packCounts(counts), counts.length)]).toEqual(counts);
      }),
    );
  });
});

describe('the map of spares', () => {
  test('has as many cells of each state as the result counts', () => {
    const { states, owners } = sparesCellsIn(someDetails());
    const count = (state: (typeof SPARE_STATES)[number]) =>
      states.filter((one) => SPARE_STATES[one] === state).length;
    const { used, cached, free } = sparesOf(someRunRecord());
    expect([count('used'), count('cached'), count('free')]).toEqual([used, cached, free]);
    expect([...owners.subarray(0, 4), owners[20]]).toEqual([1, 2, 1, 2, 0]);
  });

  test('shows a spare in two live claims, one that the owner table saw, and a metadata sector', () => {
    const { claims } = someRunRecord();
    const [first] = claims;
    if (first === undefined) throw new Error('no claim');
    const reserved = new Uint8Array(64);
    reserved[19] = 1;
    const { spareMap } = someDetails({
      claims: [...claims, { ...first, order: 20, thread: 1, lba: 500, spare: 3 }],
      ownerConflicts: [{ spare: 7, firstClaim: 7, secondClaim: null }],
      spares: { reserved },
    });
    expect(spareMap.collided.map(({ spare }) => spare)).toEqual([3, 7, 19]);
    expect(spareMap.collidedCount).toBe(3);
    expect(spareMap.collided[0]?.events.map(({ lba, thread }) => [lba, thread])).toEqual([
      [103, 1],
      [500, 1],
    ]);
  });

  test('shows the worst of the spares that share a cell, and whose most are', () => {
    const spareCount = 400_000;
    const reserved = new Uint8Array(spareCount);
    reserved[40] = 1;
    const { claims } = someRunRecord();
    const details = someDetails({
      claims: claims.map((claim) => ({ ...claim, thread: claim.spare < 3 ? 0 : 1 })),
      spares: { allocatableEnd: spareCount, reserved, marked: new Uint8Array(spareCount) },
    });
    const { sparesPerCell, cellCount } = details.spareMap;
    expect(sparesPerCell).toBe(4);
    expect(cellCount).toBe(100_000);
    const { states, owners } = sparesCellsIn(details);
    const nameAt = (cell: number) => SPARE_STATES[states[cell] as number];
    expect([0, 4, 5, 10, 11].map(nameAt)).toEqual(['used', 'used', 'cached', 'reserved', 'free']);
    expect([...owners.subarray(0, 2), owners[10]]).toEqual([1, 2, 0]);
    expect(JSON.stringify(details).length).toBeLessThan(100_000);
  });

  test('a claim of a spare that does not exist is no cell', () => {
    const { claims } = someRunRecord();
    const [first] = claims;
    const wild = [
      { ...first, spare: 9999 },
      { ...first, spare: 9999 },
    ] as typeof claims;
    expect(someDetails({ claims: wild }).spareMap.collidedCount).toBe(0);
  });
});

test('a violation has the claims on its spare and LBAs, in order, and the moment it was seen', () => {
  const seen = {
    text: 'lost-write at LBA 105',
    spare: 5,
    lbas: [105],
    threads: [1],
    timesNs: [700_000_000],
  };
  const verdicts = [brokenVerdict('collisions'), brokenVerdict('data', 1, { evidence: [seen] })];
  const { timelines } = someDetails({}, verdicts);
  expect(timelines.map(({ check, evidence }) => [check, evidence])).toEqual([
    ['collisions', 0],
    ['data', 0],
  ]);
  expect(timelines[0]?.events.map(({ kind, lba }) => [kind, lba])).toEqual([
    ['claim', 105],
    ['claim', 106],
  ]);
  expect(timelines[1]?.events.map(({ kind }) => kind)).toEqual(['claim', 'seen']);
});

describe('damage is found before anything is drawn', () => {
  const whole = someDetails();
  const result = someResult();

  test('none', () => {
    expect(damageIn(whole, result)).toBeNull();
  });

  test.each<[string, Partial<Details>]>([
    ['a list that is cut', { slices: { ...whole.slices, hits: [1] } }],
    ['hand-offs of other threads', { handOffs: { ...whole.handOffs, lock: [[1]] } }],
    ['cells that are not all there', { spareMap: { ...whole.spareMap, packedStates: 'AAAA' } }],
    [
      'a picture that is not all there',
      {
        slices: {
          ...whole.slices,
          heat: { read: { lowestRow: 0, rowCount: 9, packedCounts: '' } },
        },
      },
    ],
    [
      'a distribution that is cut',
      {
        histograms: {
          allocation: {
            encoded: 'HISTFAAA',
            count: 1,
            sumNs: 1,
            minNs: 1,
            maxNs: 1,
            overflowCount: 0,
          },
        },
      },
    ],
  ])('%s', (_, damage) => {
    expect(damageIn({ ...whole, ...damage }, result)).not.toBeNull();
  });
});

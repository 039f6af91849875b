import { describe, expect, test } from 'vitest';
import { tryPowerCuts } from '../../../src/crash/index.ts';
import { loadOf, metadataPlan, PRODUCT, powerCutsIn, type Step } from '../../support/crash.ts';

const REMAPS: readonly Step[] = [
  ['write', 1],
  ['flush'],
  ['remap', 1],
  ['remap', 2],
  ['write', 1],
  ['flush'],
  ['unremap', 2],
];

describe('five copies, each flushed', () => {
  test('survive every power cut, torn sectors and all', () => {
    const record = powerCutsIn(metadataPlan({ crash: { pointCount: null } }), REMAPS, PRODUCT);
    expect(record).toMatchObject({ failedPointCount: 0, sampledCutCount: 0, remapCount: 2 });
    expect(record.losses).toEqual([]);
    expect(record.pointCount).toBe(record.possiblePointCount);
    expect(record.repairCount).toBe(record.triedRepairCount);
    expect(record.repairPointCount).toBeGreaterThan(record.imageCount);
    // Three moves, as many flushes of data, 15 copies with a flush each; two writes; two flushes of
    // two surfaces; one cut before all, one after each of five answers.
    expect(record.commandCount).toBe(3 + 3 + 30 + 2 + 4);
    expect(record.cutCount).toBe(record.commandCount + 1 + 5);
  });

  test('come to the same twice', () => {
    const plan = metadataPlan({ flush: 'per-update', crash: { pointCount: 700 } });
    const first = powerCutsIn(plan, REMAPS, PRODUCT);
    expect(first.sampledCutCount).toBeGreaterThan(0);
    expect(first.pointCount).toBeLessThanOrEqual(700);
    expect(powerCutsIn(plan, REMAPS, PRODUCT)).toEqual(first);
  });

  test('with fewer points than cuts are looked at here and there', () => {
    const plan = metadataPlan({ crash: { pointCount: 10 } });
    const { pointCount, sampledCutCount } = powerCutsIn(plan, REMAPS, PRODUCT);
    expect(pointCount).toBeGreaterThan(5);
    expect(pointCount).toBeLessThanOrEqual(10);
    expect(sampledCutCount).toBeGreaterThan(20);
  });
});

/** Question 10 of the maintainers: which copies, orders and flushes lose what. */
describe.each([
  ['one copy, sectors whole', { copyCount: 1, crash: { tornSectors: false } }, []],
  ['one copy, sectors torn', { copyCount: 1 }, ['lost remap', 'lost data']],
  ['three copies', { copyCount: 3 }, []],
  ['three copies, one corrupt', { copyCount: 3, crash: { corruptCopyCount: 1 } }, []],
  ['three copies, two corrupt', { copyCount: 3, crash: { corruptCopyCount: 2 } }, ['lost remap']],
  ['primary last', { order: 'primary-last' }, []],
  [
    'five copies, four stale',
    { crash: { corruptCopyCount: 4, corruption: 'stale', tornSectors: false } },
    [],
  ],
  ['one flush for all copies', { copyCount: 3, flush: 'per-update' }, ['lost remap']],
  [
    'one flush for all copies, sectors whole',
    { flush: 'per-update', crash: { tornSectors: false } },
    [],
  ],
  ['one flush at the end', { flush: 'at-end', crash: { tornSectors: false } }, ['lost data']],
  [
    'no flush',
    { flush: 'never', crash: { tornSectors: false } },
    ['lost remap', 'stray remap', 'lost data'],
  ],
] as const)('%s', (_name, metadata, losses) => {
  test(losses.length === 0 ? 'loses nothing' : `loses: ${losses.join(', ')}`, () => {
    const { lossCounts } = powerCutsIn(metadataPlan(metadata), REMAPS, PRODUCT);
    const seen = Object.entries(lossCounts).filter(([, count]) => count > 0);
    if (losses.length === 0) expect(seen).toEqual([]);
    expect(seen.map(([loss]) => loss)).toEqual(expect.arrayContaining([...losses]));
  });
});

describe('as published', () => {
  const published = metadataPlan({
    format: 'published',
    remapsPerSync: 1,
    crash: { pointCount: 500 },
  });

  test('everything is lost', () => {
    const { lossCounts, losses } = powerCutsIn(published, REMAPS.slice(0, 6), PRODUCT);
    expect(lossCounts['lost remap']).toBeGreaterThan(0);
    expect(lossCounts['lost data']).toBeGreaterThan(0);
    expect(losses[0]?.text).toMatch(/found: clean start/);
  });
});

test('there is nothing to say without metadata, and little without a load', () => {
  const at = (format: 'none' | 'redundant') => {
    const plan = metadataPlan({ format });
    const { words, layout } = loadOf(plan, [], PRODUCT);
    return tryPowerCuts(plan, words, layout);
  };
  expect(at('none')).toBeNull();
  expect(at('redundant')).toMatchObject({ cutCount: 1, pointCount: 1, failedPointCount: 0 });
});

test('a log that is full is the beginning of the load, and says so', () => {
  const many = Array.from({ length: 40 }, (_, lba) => ['remap', lba] as const);
  const record = powerCutsIn(metadataPlan({ crash: { logSectorCount: 20 } }), many, PRODUCT);
  expect(record).toMatchObject({ isLogFull: true, failedPointCount: 0 });
  expect(record.remapCount).toBeLessThan(5);
});

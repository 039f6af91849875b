import { describe, expect, test } from 'vitest';
import { remapTable } from '../../../src/check/remap-table.ts';
import {
  claimAll,
  drain,
  planOf,
  release,
  runOf,
  usableSpares,
  withEnding,
  withErrors,
} from '../../support/checks.ts';

const some = claimAll(usableSpares().slice(0, 4));
const sound = runOf(some);
const asPublished = planOf({ protocol: 'as-published' });

function without(count: number) {
  return { ...sound, remapTable: sound.remapTable.slice(count) };
}

test('holds when the table has the pairs of the live claims, without the drain', () => {
  const back = release({ thread: 0, lba: 108, spare: 8, issueNs: 9000 });
  const run = runOf([...some, back, drain(30, 9500)]);
  expect(run.remapTable).toHaveLength(3);
  expect(remapTable.examine(planOf(), run).verdict).toBe('held');
});

describe('is broken by', () => {
  const [first, second] = sound.remapTable;
  if (first === undefined || second === undefined) throw new Error('two remaps are needed');
  const table = sound.remapTable;
  const cases = [
    {
      what: 'an LBA twice',
      remapTable: [...table, { lba: first.lba, spare: 30 }],
      texts: [
        'LBA 108 is in the table twice, with spares 8 and 30',
        'the table sends LBA 108 to spare 30, which nobody claimed for it',
      ],
    },
    {
      what: 'a spare twice',
      remapTable: [...table, { lba: 5, spare: first.spare }],
      texts: [
        'spare 8 is in the table twice, for LBAs 108 and 5',
        'the table sends LBA 5 to spare 8, which nobody claimed for it',
      ],
    },
    {
      what: 'an entry that is missing',
      remapTable: table.slice(1),
      texts: [
        'spare 8 was claimed for LBA 108 (thread 0, at 0.110 µs), and is not in the table for it',
      ],
    },
    {
      what: 'two spares exchanged',
      remapTable: [
        { lba: first.lba, spare: second.spare },
        { lba: second.lba, spare: first.spare },
        ...table.slice(2),
      ],
      texts: [
        'the table sends LBA 108 to spare 9, which nobody claimed for it',
        'the table sends LBA 109 to spare 8, which nobody claimed for it',
        'spare 8 was claimed for LBA 108 (thread 0, at 0.110 µs), and is not in the table for it',
        'spare 9 was claimed for LBA 109 (thread 1, at 0.210 µs), and is not in the table for it',
      ],
    },
  ];

  test.each(cases)('$what', ({ remapTable: changed, texts }) => {
    const finding = remapTable.examine(planOf(), { ...sound, remapTable: changed });
    expect(finding.count).toBe(texts.length);
    expect(finding.evidence.map(({ text }) => text)).toEqual(texts);
  });

  test('an LBA beyond the device', () => {
    const small = { ...planOf(), device: { ...planOf().device, sectorCount: first?.lba ?? 0 } };
    const { count, evidence } = remapTable.examine(small, sound);
    expect(count).toBe(4);
    expect(evidence[0]?.text).toBe(
      `the table remaps LBA ${first?.lba}, and the device has ${first?.lba} sectors`,
    );
  });

  test('an entry that a release should have removed', () => {
    const back = release({ thread: 0, lba: 108, spare: 8, issueNs: 9000 });
    const run = { ...runOf([...some, back]), remapTable: table };
    expect(remapTable.examine(planOf(), run)).toMatchObject({ verdict: 'broken', count: 1 });
  });
});

describe('failed remaps', () => {
  test('excuse as many missing entries as published', () => {
    const run = withErrors(without(2), 'remap', 2);
    const finding = remapTable.examine(asPublished, run);
    expect(finding.verdict).toBe('held');
    expect(finding.summary).toContain('2 claims of remaps that failed left out');
  });

  test('do not excuse more than that', () => {
    const run = withErrors(without(3), 'remap', 2);
    expect(remapTable.examine(asPublished, run)).toMatchObject({ verdict: 'broken', count: 1 });
  });

  test('excuse nothing when guarded', () => {
    const run = withErrors(without(2), 'remap', 2);
    expect(remapTable.examine(planOf(), run)).toMatchObject({ verdict: 'broken', count: 2 });
  });

  test('are not counted in the warm-up, whose missing claims they excuse too', () => {
    const plan = planOf({ protocol: 'as-published', warmupNs: 250 });
    expect(remapTable.examine(plan, withErrors(without(3), 'remap', 1)).verdict).toBe('held');
    expect(remapTable.examine(plan, without(3)).verdict).toBe('broken');
  });
});

test('is not compared with an incomplete log', () => {
  const run = { ...without(2), unloggedClaimCount: 1 };
  expect(remapTable.examine(planOf(), run).verdict).toBe('held');
  const twice = { ...run, remapTable: [...run.remapTable, { lba: 1, spare: 11 }] };
  expect(remapTable.examine(planOf(), twice)).toMatchObject({ verdict: 'broken', count: 1 });
  expect(remapTable.examine(planOf(), withEnding(twice, 'broken')).verdict).toBe('not-applicable');
});

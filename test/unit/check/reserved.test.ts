import { expect, test } from 'vitest';
import { reserved } from '../../../src/check/reserved.ts';
import {
  claim,
  claimAll,
  drain,
  planOf,
  release,
  runOf,
  withEnding,
} from '../../support/checks.ts';

const onMetadata = claim({ thread: 1, lba: 5, spare: 3, issueNs: 100, completionNs: 250 });

test('claims on usable spares hold', () => {
  const finding = reserved.examine(planOf(), runOf(claimAll()));
  expect(finding.verdict).toBe('held');
  expect(finding.summary).toContain('8 metadata sectors');
});

test('a claim on a metadata sector is a violation', () => {
  const finding = reserved.examine(planOf(), runOf([onMetadata]));
  expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
  expect(finding.evidence[0]).toMatchObject({
    text: 'spare 3, a metadata sector, was handed out to LBA 5 (thread 1, at 0.250 µs)',
    spare: 3,
  });
});

test('so is one by the drain', () => {
  const finding = reserved.examine(planOf(), runOf([drain(3, 1000)]));
  expect(finding.evidence[0]?.text).toBe(
    'spare 3, a metadata sector, was handed out by the drain after the run',
  );
});

test('giving a metadata sector back is not another one', () => {
  const back = release({ thread: 1, lba: 5, spare: 3, issueNs: 500 });
  expect(reserved.examine(planOf(), runOf([onMetadata, back])).count).toBe(1);
});

test('a spare beyond the limit, and one beyond the area, have sentences of their own', () => {
  const beyond = claim({ thread: 0, lba: 6, spare: 35, issueNs: 100 });
  const outside = claim({ thread: 0, lba: 7, spare: 40, issueNs: 300 });
  const run = runOf([beyond, outside]);
  const clipped = { ...run, spares: { ...run.spares, allocatableEnd: 30 } };
  expect(reserved.examine(planOf(), clipped).evidence.map(({ text }) => text)).toEqual([
    expect.stringContaining('spare 35, beyond the allocatable area, which ends at 30,'),
    expect.stringContaining('spare 40, outside the spare area,'),
  ]);
});

test('what is in the remap table and in no claim is examined too', () => {
  const run = { ...runOf(claimAll()), remapTable: [{ lba: 9, spare: 2 }] };
  for (const one of [run, withEnding(run, 'broken'), { ...run, unloggedClaimCount: 1 }]) {
    const finding = reserved.examine(planOf(), one);
    expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
    expect(finding.evidence.map(({ text }) => text)).toEqual([
      'spare 2, a metadata sector, serves LBA 9',
    ]);
  }
});

import { expect, test } from 'vitest';
import { data } from '../../../src/check/data.ts';
import type { DataFinding, DataRecord, RunRecord } from '../../../src/record/run-record.ts';
import { planOf, runOf, withEnding } from '../../support/checks.ts';

const seenByThread: DataFinding = {
  fault: 'stale-read',
  lba: 41552,
  spare: 2087,
  thread: 3,
  timeNs: 1_204_000,
  found: { lba: 17003, generation: 4, writer: 1 },
  allowed: { from: 6, to: 7 },
};
const seenBySweep: DataFinding = {
  fault: 'bit-flip',
  lba: 7,
  spare: null,
  thread: null,
  timeNs: null,
  found: null,
  allowed: { from: 2, to: 2 },
};

function withData(
  change: Partial<DataRecord>,
  counts: Partial<DataRecord['faultCounts']>,
): RunRecord {
  const run = runOf([]);
  if (run.data === null) throw new Error('this record has no data');
  const faultCounts = { ...run.data.faultCounts, ...counts };
  return { ...run, data: { ...run.data, ...change, faultCounts } };
}

test('does not apply with integrity off, nor where nothing was read', () => {
  expect(data.examine(planOf(), { ...runOf([]), data: null })).toMatchObject({
    verdict: 'not-applicable',
    summary: 'integrity: off.',
  });
  const unread = withData({ readSectorCount: 0, sweptSectorCount: 0 }, {});
  expect(data.examine(planOf(), unread).verdict).toBe('not-applicable');
});

test('holds when no sector was at fault', () => {
  const finding = data.examine(planOf(), runOf([]));
  expect(finding.verdict).toBe('held');
  expect(finding.summary).toContain('100 sectors read and 1024 swept (integrity: strict)');
});

test('counts all faults and names their kinds', () => {
  const run = withData(
    { findings: [seenByThread, seenBySweep] },
    { 'stale-read': 5, 'bit-flip': 1 },
  );
  const finding = data.examine(planOf(), run);
  expect(finding).toMatchObject({ verdict: 'broken', count: 6 });
  expect(finding.summary).toContain('5 stale-read, 1 bit-flip');
  expect(finding.evidence).toEqual([
    {
      text:
        'stale-read at LBA 41552 (on spare 2087), seen by thread 3 at 1.204 ms: ' +
        'found generation 4 by thread 1 for LBA 17003, allowed 6 to 7',
      spare: 2087,
      lbas: [41552],
      threads: [3],
      timesNs: [1_204_000],
    },
    {
      text: 'bit-flip at LBA 7, seen by the sweep after the run: found no stamp of ours, allowed 2',
      lbas: [7],
      threads: [],
      timesNs: [],
    },
  ]);
});

test('what only the sweep saw after a broken run is not judged', () => {
  const sweep = withData({ findings: [seenBySweep] }, { 'bit-flip': 1 });
  expect(data.examine(planOf(), withEnding(sweep, 'broken')).verdict).toBe('not-applicable');
  expect(data.examine(planOf(), withEnding(sweep, 'interrupted')).verdict).toBe('broken');
  const thread = withData({ findings: [seenByThread] }, { 'stale-read': 1 });
  expect(data.examine(planOf(), withEnding(thread, 'broken')).verdict).toBe('broken');
});

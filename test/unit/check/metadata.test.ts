import { describe, expect, test } from 'vitest';
import { metadata } from '../../../src/check/metadata.ts';
import type { MetadataRecord } from '../../../src/record/run-record.ts';
import { NO_METADATA } from '../../../src/scenario/plan.ts';
import { planOf, runOf, SURVIVED } from '../../support/checks.ts';

const plan = {
  ...planOf({ kind: 'cached' }),
  metadata: { ...NO_METADATA, format: 'redundant' as const },
};

function examine(record: MetadataRecord | null) {
  return metadata.examine(plan, { ...runOf([]), metadata: record });
}

describe('what a restart comes to', () => {
  test('is all that was promised', () => {
    const finding = examine(SURVIVED);
    expect(finding.verdict).toBe('held');
    expect(finding.summary).toContain('200 crash points (all there are) on 150 images');
  });

  test('says nothing where nothing had been promised', () => {
    const finding = examine({ ...SURVIVED, remapCount: 0, promisedSectorCount: 0 });
    expect(finding.verdict).toBe('not-applicable');
    expect(finding.summary).toContain('nothing to lose yet');
  });

  test('is wrong even where nothing had been promised, if a spare has two owners', () => {
    const lossCounts = { ...SURVIVED.lossCounts, 'spare owned twice': 2 };
    const nothing = { remapCount: 0, promisedSectorCount: 0 };
    const finding = examine({ ...SURVIVED, ...nothing, failedPointCount: 2, lossCounts });
    expect(finding).toMatchObject({ verdict: 'broken', count: 2 });
    expect(finding.summary).toContain('spare owned twice at 2');
  });

  test('is not asked where nothing is saved, nor after a run that broke', () => {
    expect(metadata.examine(planOf({ kind: 'cached' }), runOf([])).verdict).toBe('not-applicable');
    expect(examine(null).verdict).toBe('not-applicable');
  });
});

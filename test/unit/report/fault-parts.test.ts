import { describe, expect, test } from 'vitest';
import {
  autoRemapParts,
  errorParts,
  eventLines,
  faultParts,
} from '../../../src/report/fault-parts.ts';
import { markdownSummary } from '../../../src/report/markdown.ts';
import { summaryText } from '../../../src/report/terminal.ts';
import { someResult, someRunRecord } from '../../support/run-record.ts';

const { faults } = someRunRecord();

const failing = someResult({
  run: {
    errors: { readError: 1, writeError: 12, dataLost: 2 },
    faults: {
      applies: true,
      mediumErrorCounts: { read: 1500, write: 1 },
      retryCount: 9,
      recoveredCount: 1,
      badSectorCounts: { main: 20, spare: 1 },
      plantedCounts: { ...faults.plantedCounts, 'torn-write': 3 },
    },
    autoRemap: {
      workerCount: 2,
      movedCount: 20,
      unreadableCount: 3,
      noSpareCount: 0,
      overflowCount: 4,
      retiredCount: 1,
      repeatedCount: 0,
      queueDepthMax: 16,
      queueCount: 16,
      health: { suspect: 2, bad: 1, remapped: 20 },
    },
    events: [
      { plannedNs: 0, takenNs: 0, text: 'scratch: 3 sectors bad' },
      { plannedNs: 2e9, takenNs: 2.003e9, text: 'stalled' },
    ],
  },
});

test('nothing is said of a run in which nothing could fail', () => {
  const quiet = someResult();
  const parts = [errorParts, faultParts, autoRemapParts, eventLines].map((of) => of(quiet));
  expect(parts).toEqual([[], [], [], []]);
});

describe('what failed', () => {
  test('errors by why', () => {
    expect(errorParts(failing)).toEqual([
      '1 read error',
      '12 write errors',
      '2 reads of data that could not be saved',
    ]);
  });

  test('what the medium did', () => {
    expect(faultParts(failing)).toEqual([
      '1,500 reads and 1 write failed by the medium',
      '9 issued again',
      '1 operation recovered',
      '20 sectors and 1 spare bad at the end',
      'planted 3 torn-write',
    ]);
  });

  test('what the workers did', () => {
    expect(autoRemapParts(failing)).toEqual([
      '20 sectors moved',
      '3 without their data',
      '1 spare put out of use',
      'queue at most 16 of 16',
      '4 found it full',
      'health 2 suspect, 1 bad, 20 remapped',
      '2 workers',
    ]);
  });

  test('what happened, and when', () => {
    expect(eventLines(failing)).toEqual([
      'at the begin: scratch: 3 sectors bad',
      'at 2.00s (planned 2.00s): stalled',
    ]);
  });

  test('of many events, how many more there were', () => {
    const event = { plannedNs: 1, takenNs: 1, text: 'stalled' };
    const many = someResult({ run: { events: Array.from({ length: 40 }, () => event) } });
    expect(eventLines(many)).toHaveLength(13);
    expect(eventLines(many).at(-1)).toBe('and 28 more');
  });
});

test('terminal and Markdown say the same', () => {
  const text = summaryText(failing, { color: false, unicode: true, width: 200 });
  const markdown = markdownSummary(failing);
  for (const part of [...errorParts(failing), ...faultParts(failing), ...autoRemapParts(failing)]) {
    expect(text).toContain(part);
    expect(markdown).toContain(part);
  }
  for (const line of eventLines(failing)) {
    expect(text).toContain(line);
    expect(markdown).toContain(line);
  }
});

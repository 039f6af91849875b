import { describe, expect, test } from 'vitest';
import { reportPage } from '../../../src/report/html/page.ts';
import { markdownSummary } from '../../../src/report/markdown.ts';
import { summaryText } from '../../../src/report/terminal.ts';
import { columnsOf } from '../../../src/report/text.ts';
import { evaluateThresholds } from '../../../src/report/thresholds.ts';
import { figuresIn } from '../../support/page.ts';
import {
  risingSamples,
  samples,
  someOperation,
  someResult,
  someRunRecord,
  someThreshold,
} from '../../support/run-record.ts';

const { operations } = someRunRecord();
const idle = Object.fromEntries(
  Object.keys(operations).map((name) => [name, someOperation(samples(), 0)]),
) as unknown as typeof operations;

const PLAIN = { color: false, unicode: true, width: 80 };
const LONG = 'a-job-whose-name-is-as-long-as-names-get';

const several = someResult({
  run: {
    jobs: [
      {
        name: 'scan',
        firstThread: 0,
        threadCount: 1,
        startNs: 0,
        endNs: 1_500_000_000,
        operations: { ...idle, read: someOperation(risingSamples(1000, 1_000_000, 1000), 1e6) },
      },
      {
        name: LONG,
        firstThread: 1,
        threadCount: 1,
        startNs: 1_500_000_000,
        endNs: null,
        operations: {
          ...idle,
          write: {
            ...someOperation(risingSamples(500, 3_000_000, 1000), 2e6),
            response: risingSamples(500, 7_000_000, 1000),
          },
        },
      },
    ],
  },
});

describe('several jobs', () => {
  test('have their figures in the result, over their own time', () => {
    const [scan, other] = several.jobs;
    // From the end of the warm-up at 0.5 s, or its own begin, to the last completion at 2.5 s.
    expect(scan?.throughput).toEqual({ operationsPerSecond: 500, bytesPerSecond: 500_000 });
    expect(other?.throughput).toEqual({ operationsPerSecond: 500, bytesPerSecond: 2e6 });
    expect(scan?.operations.read.service.p50).toBe(several.operations.read.service.p50);
  });

  test('are listed on the terminal, in 80 columns, and in Markdown and HTML with the same text', () => {
    const text = summaryText(several, PLAIN);
    expect(text).toMatch(/JOBS +threads +begin +end +operations/);
    expect(text).toMatch(/scan +1 +0ns +1\.50s +1\.00k +500\/s/);
    expect(text).toMatch(/a-job-whose-name-\S*… +1 +1\.50s +–/);
    expect(text).toMatch(/BY JOB +count +p50/);
    expect(text).toMatch(/scan read +1\.00k/);
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    const markdown = markdownSummary(several);
    expect(markdown).toMatch(/\| scan \| 1 \| 0ns \| 1\.50s \| 1\.00k \| 500\/s \|/);
    expect(markdown).toContain(`| ${LONG} write response | 500 |`);
    const page = reportPage({ result: several, details: null, repeats: [] });
    const pointers = figuresIn(page).map(({ pointer }) => pointer);
    expect(pointers).toContain('/jobs/0/throughput/operationsPerSecond');
    expect(pointers).toContain('/jobs/1/operations/write/response/p99');
  });

  test('are what thresholds can be about', () => {
    const thresholds = [
      someThreshold('jobs.scan.read.max', '<', 1),
      someThreshold('jobs.scan.write.p99', '<', 1e9),
      someThreshold('jobs.scan.throughput', '>', 499),
    ];
    const verdicts = evaluateThresholds(thresholds, several);
    expect(verdicts.map(({ pass }) => pass)).toEqual([false, false, true]);
    expect(verdicts[1]?.reason).toBe('no samples');
    expect(verdicts[0]?.observed).toBe(several.jobs[0]?.operations.read.service.max);
  });
});

test('one job is in the result, and nowhere else: its figures are those of the run', () => {
  const result = someResult();
  expect(result.jobs).toMatchObject([{ name: 'load', threadCount: 2 }]);
  expect(result.jobs[0]?.operations).toEqual(result.operations);
  expect(result.jobs[0]?.throughput.operationsPerSecond).toBe(
    result.throughput.operationsPerSecond,
  );
  expect(summaryText(result, PLAIN)).not.toMatch(/JOBS|BY JOB/);
  expect(markdownSummary(result)).not.toContain('| job |');
});

test('what was done before the load is in text, Markdown and HTML, and nothing of it without', () => {
  const precondition = { filledSectorCount: 4096, remapCount: 60, wantedRemapCount: 64 };
  const result = someResult({ run: { precondition } });
  expect(summaryText(result, PLAIN)).toMatch(/BEFORE +4,096 sectors written +60 of 64 sectors rem/);
  expect(markdownSummary(result)).toContain('before the load: 4,096 sectors written, 60 of 64');
  const page = (of: typeof result) => reportPage({ result: of, details: null, repeats: [] });
  expect(page(result)).toContain(
    'Before the load: 4,096 sectors written, 60 of 64 sectors remapped',
  );
  expect(page(someResult())).not.toContain('Before the load');
  expect(summaryText(someResult(), PLAIN)).not.toContain('BEFORE');
});

import { describe, expect, test } from 'vitest';
import { summaryText } from '../../../src/report/terminal.ts';
import { columnsOf } from '../../../src/report/text.ts';
import {
  brokenVerdict,
  risingSamples,
  samples,
  someResult,
  someThreshold,
  someVerdict,
} from '../../support/run-record.ts';

const PLAIN = { color: false, unicode: true, width: 100 };

const THRESHOLDS = [
  someThreshold('allocation.p99', '<', 100_000),
  someThreshold('cache.hitRate', '>', 0.8),
  someThreshold('sync.p99', '<', 1e6),
];

/** Everything at once: violations and consequences, queueing, refusals, many threads, warnings. */
const FULL = someResult({
  plan: { thresholds: THRESHOLDS, load: { threadCount: 64 }, integrity: 'sampled' },
  run: {
    operations: {
      write: { refusedCount: 3, errorCount: 1, response: risingSamples(500, 5_000_000, 3000) },
      remap: { skippedCount: 2000 },
    },
    allocation: {
      requestedCount: 16_384,
      refusedCount: 12,
      drainedCount: 4,
      firstRefusal: { thread: 3, issueNs: 1_204_381_900, completionNs: 1_204_382_400 },
    },
    allocationLock: {
      kind: 'ticket',
      parkCount: 1234,
      overlapCount: 2,
      samplePeriod: 64,
      perThread: Array.from({ length: 64 }, (_, thread) => ({
        acquisitionCount: 100 + thread,
        contendedCount: thread,
      })),
    },
    targetLock: { kind: 'ticket', acquisitionCount: 5, wait: samples(100), hold: samples(200) },
    threads: Array.from({ length: 64 }, (_, thread) => ({
      thread,
      operationCount: 1000 + thread,
      firstIssueNs: 1000,
      lastCompletionNs: 2_500_000_000,
      claimCount: 1,
      refusedCount: 0,
      operationDigest: thread,
    })),
    environment: { oversubscribed: true, cores: 2 },
  },
  verdicts: [
    brokenVerdict('collisions', 12_345),
    someVerdict('reserved'),
    someVerdict('mutual exclusion', { verdict: 'not-applicable', summary: 'No lock was taken.' }),
    brokenVerdict('data', 1, { consequenceOf: 'collisions' }),
  ],
});

const BROKEN = someResult({
  run: {
    ending: {
      kind: 'broken',
      reason: 'No thread has completed an operation for 10s.',
      dump: ['allocation lock: held by thread 1, 3 waiting', 'thread 0: waits for the lock'],
    },
  },
});

/** The lines from a heading to the next empty one. */
function section(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.includes(heading));
  if (start < 0) return [];
  const end = lines.indexOf('', start);
  return lines.slice(start, end < 0 ? undefined : end);
}

describe('the order of what is said', () => {
  const lines = summaryText(FULL, { ...PLAIN, resultPath: 'results/a' }).split('\n');
  const at = (text: string) => lines.findIndex((line) => line.includes(text));

  test('is what decides, what explains, what qualifies, and how to repeat it', () => {
    const order = [
      'small-and-plain',
      'THRESHOLDS',
      'INTEGRITY',
      'LATENCY',
      'LOCK',
      'CACHE',
      'SPARES',
      'MEMORY',
      'MEASUREMENT',
      'JITTER',
      '  ! ',
      '  ✗ Integrity violated',
      'repeat:',
      'result:',
    ].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('ends with the path of the result', () => {
    expect(lines.filter((line) => line !== '').at(-1)).toBe('  result:  results/a');
    expect(summaryText(FULL, PLAIN)).not.toContain('result:');
  });
});

test('the head names the run and how it was made', () => {
  expect(summaryText(FULL, PLAIN).split('\n')[0]).toBe(
    'small-and-plain   2.00s measured after 500ms warm-up   64 threads   seed 42',
  );
});

test('each threshold has its sign, its expression and what was observed', () => {
  expect(section(summaryText(FULL, PLAIN), 'THRESHOLDS')).toEqual([
    '  THRESHOLDS',
    '    ✓ allocation.p99 < 100000       590ns',
    '    ✗ cache.hitRate > 0.8             75%',
    '    ✗ sync.p99 < 1000000       no samples',
  ]);
});

test('broken checks show evidence, and consequences of a collision stand beneath it', () => {
  expect(section(summaryText(FULL, PLAIN), 'INTEGRITY')).toEqual([
    '  INTEGRITY    sampled',
    '    ✗ collisions        broken 12,345  20 claims examined: 12345 against collisions.',
    '        spare 5 serves LBA 105 (thread 1, at 600.005 ms) and LBA 106 (thread 0, at 600.006 ms)',
    '        and 12,344 more',
    '        and, because of it:',
    '        ✗ data              broken 1       20 claims examined: 1 against data.',
    '            spare 5 serves LBA 105 (thread 1, at 600.005 ms) and LBA 106 (thread 0, at 600.006 ms)',
    '    ✓ reserved          held           20 claims examined: nothing against reserved.',
    '    – mutual exclusion  n.a.           No lock was taken.',
  ]);
});

test('a consequence of a metadata collision stands beneath that check', () => {
  const verdicts = [
    someVerdict('collisions'),
    brokenVerdict('reserved', 1, { evidence: [] }),
    brokenVerdict('data', 1, { evidence: [], consequenceOf: 'collisions' }),
  ];
  const names = section(summaryText(someResult({ verdicts }), PLAIN), 'INTEGRITY').map(
    (line) => /^ *(?:✓|✗|and|–)\s*,? ?(\S+)/.exec(line)?.[1],
  );
  expect(names).toEqual([undefined, 'collisions', 'reserved', 'because', 'data']);
});

test('a collision that the scenario expects is marked, but not as a failure', () => {
  const verdicts = [
    brokenVerdict('collisions', 2),
    brokenVerdict('data', 1, { consequenceOf: 'collisions' }),
  ];
  const text = summaryText(someResult({ plan: { expect: 'collision' }, verdicts }), PLAIN);
  expect(text).toContain('expects a collision');
  expect(text).toMatch(/^ {4}! collisions /m);
  expect(text).toMatch(/^ {8}! data /m);
  expect(text).not.toContain('✗');
});

test('latencies: a row per operation with samples, response only where it differs', () => {
  expect(section(summaryText(FULL, PLAIN), 'LATENCY')).toEqual([
    '  LATENCY        count     p50     p90     p99   p99.9  p99.99     max',
    '    read         1.00k  1.50ms  1.90ms  1.99ms  2.00ms  2.00ms  2.00ms',
    '    write          500  3.25ms  3.45ms  3.50ms  3.50ms  3.50ms  3.50ms',
    '      response     500  5.75ms  6.35ms  6.48ms  6.50ms  6.50ms  6.50ms',
    '    remap           20  19.0ms  27.0ms  29.0ms  29.0ms  29.0ms  29.0ms',
    '    allocation      20   490ns   570ns   590ns   590ns   590ns   590ns',
  ]);
});

test('the state lines carry the figures of the result', () => {
  const text = summaryText(FULL, PLAIN);
  for (const figure of [
    'write 3 refused, 1 error',
    'remap 2,000 skipped',
    '16,384 requested',
    'first refused at 1.20s',
    '4 drained after the run',
    'ticket   25 acquisitions   contended 20%   wait p50 170ns p99 290ns',
    '1 in 64 timed',
    'went to sleep 1.23k times',
    '2 overlaps',
    'fairness 0.61',
    'TARGET LOCK  ticket   5 acquisitions',
    'hit rate 75%   15 hits   5 misses   5 refills',
    '20 of 64 used (31.3%)   3 cached   41 free   0 reserved',
    'allocator 512B   device 544KiB   table 8.00KiB   instrument 3.00MiB',
    'clock 36.4ns a reading, steps of 10ns',
    'empty operation 78.2ns',
    'idle loop lost 3.3%, at most 1.80ms',
  ]) {
    expect(text).toContain(figure);
  }
});

test('a broken run shows what broke and where everything stood', () => {
  expect(section(summaryText(BROKEN, PLAIN), 'THE RUN BROKE')).toEqual([
    '  THE RUN BROKE',
    '    ✗ No thread has completed an operation for 10s.',
    '      allocation lock: held by thread 1, 3 waiting',
    '      thread 0: waits for the lock',
  ]);
});

test('a run that measured nothing has no empty table', () => {
  const none = { count: 0, service: samples(), response: samples() };
  const text = summaryText(
    someResult({
      run: {
        operations: { read: none, write: none, remap: none },
        allocation: { service: samples() },
      },
    }),
    PLAIN,
  );
  expect(text).not.toContain('LATENCY');
});

describe.each([
  ['full', FULL],
  ['broken', BROKEN],
  ['plain', someResult()],
  ['hostile', someResult({ plan: { name: `\u001b[2J${'東'.repeat(5000)}` } })],
])('the %s summary', (_, result) => {
  /** The two lines that are there to be copied are left whole. */
  const isCopied = (line: string) => /^ {2}(repeat|result):/.test(line);

  test.each([100, 80])('fits %d columns, with and without Unicode', (width) => {
    for (const unicode of [true, false]) {
      const lines = summaryText(result, { ...PLAIN, unicode, width }).split('\n');
      const tooLong = lines.filter((line) => !isCopied(line) && columnsOf(line) > width);
      expect(tooLong).toEqual([]);
    }
  });

  test('is ASCII alone without Unicode', () => {
    const text = summaryText(result, { ...PLAIN, unicode: false });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('has no escape sequence without colour', () => {
    expect(summaryText(result, PLAIN)).toMatch(/^(?:\P{Cc}|\n)*$/u);
  });

  test('says the same with colour as without', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
    const bare = summaryText(result, { ...PLAIN, color: true }).replace(/\u001b\[\d+m/g, '');
    expect(bare).toBe(summaryText(result, PLAIN));
  });

  test('has no trailing spaces', () => {
    expect(summaryText(result, PLAIN)).not.toMatch(/ $/m);
  });
});

test('the ASCII signs are words', () => {
  const text = summaryText(FULL, { ...PLAIN, unicode: false });
  expect(text).toMatch(/^ {4}ok {3}allocation\.p99/m);
  expect(text).toMatch(/^ {4}FAIL cache\.hitRate/m);
  expect(text).toMatch(/^ {2}! 2 cores for 64 threads/m);
});

test('every line for 64 threads is there for 2: none is per thread', () => {
  expect(summaryText(FULL, PLAIN).split('\n').length).toBeLessThan(60);
});

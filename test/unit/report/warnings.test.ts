import { describe, expect, test } from 'vitest';
import { bucketCountFor, histogramOf } from '../../../src/record/histogram.ts';
import type { TraceReplayRecord } from '../../../src/record/run-record.ts';
import { risingSamples, samples, someOperation, someResult } from '../../support/run-record.ts';

type Input = NonNullable<Parameters<typeof someResult>[0]>;

function warningsOf(input: Input): Map<string, string> {
  return new Map(someResult(input).warnings.map(({ id, text }) => [id, text]));
}

/** A million reads of the same length and nothing else: nothing to warn of. */
const MANY = histogramOf([], bucketCountFor(60e9));
MANY.counts[1900] = 1_000_000;
const steady = { ...MANY, count: 1_000_000, sumNs: 1_900_000_000, minNs: 1900, maxNs: 1900 };
const QUIET: Input = {
  run: {
    durationNs: 1_000_000_000,
    threads: [
      {
        thread: 0,
        operationCount: 1_000_000,
        firstIssueNs: 0,
        lastCompletionNs: 1_500_000_000,
        claimCount: 0,
        refusedCount: 0,
        operationDigest: 1,
      },
      {
        thread: 1,
        operationCount: 1_000_000,
        firstIssueNs: 0,
        lastCompletionNs: 1_500_000_000,
        claimCount: 0,
        refusedCount: 0,
        operationDigest: 1,
      },
    ],
    operations: {
      read: someOperation(steady, 0),
      write: someOperation(samples(), 0),
      remap: someOperation(samples(), 0),
    },
    allocation: { service: samples() },
  },
};

function quietBut(input: Input): Input {
  return {
    plan: { ...QUIET.plan, ...input.plan },
    run: { ...QUIET.run, ...input.run } as NonNullable<Input['run']>,
  };
}

test('a quiet run has no warnings', () => {
  expect([...warningsOf(QUIET)]).toEqual([]);
});

test('an interrupted and a broken run are partial', () => {
  const ending = { kind: 'interrupted', reason: 'SIGINT', dump: [] } as const;
  expect(warningsOf(quietBut({ run: { ending } })).get('partial')).toContain('SIGINT');
  const broken = { kind: 'broken', reason: 'x', dump: [] } as const;
  expect(warningsOf(quietBut({ run: { ending: broken } })).has('partial')).toBe(true);
});

test('reduced integrity is said', () => {
  expect([...warningsOf(quietBut({ plan: { integrity: 'off' } })).keys()]).toEqual([
    'integrity-off',
  ]);
  expect([...warningsOf(quietBut({ plan: { integrity: 'sampled' } })).keys()]).toEqual([
    'integrity-sampled',
  ]);
});

test('unlogged claims are counted', () => {
  expect(warningsOf(quietBut({ run: { unloggedClaimCount: 7 } })).get('unlogged-claims')).toMatch(
    /^7 claims /,
  );
});

test('a device that could not be prepared as it was to be is told of', () => {
  const precondition = { filledSectorCount: 0, remapCount: 60, wantedRemapCount: 64 };
  const warnings = warningsOf(quietBut({ run: { precondition } }));
  expect(warnings.get('precondition-short')).toMatch(/60 of 64 sectors were remapped/);
});

test('a machine that was not quiet is named with what it took', () => {
  const environment = { jitter: { lostShare: 0.272, maxNs: 3_140_000 } };
  expect(warningsOf(quietBut({ run: { environment } })).get('noisy-machine')).toMatch(
    /lost 27\.2% of its time, up to 3\.14ms at once/,
  );
});

describe('pauses of the machine while the load ran', () => {
  test('are a warning when they took much of the time', () => {
    const jitter = { observedNs: 2e9, lostNs: 5e8 };
    expect(warningsOf(quietBut({ run: { jitter } })).get('machine-pauses')).toMatch(
      /an idle loop lost 25% of its time, and was held up for 2\.10ms at once/,
    );
  });

  test('are one when a single one was long', () => {
    const jitter = { method: 'sampled', lostNs: null, pauses: samples(2_000, 60_000_000) } as const;
    expect(warningsOf(quietBut({ run: { jitter } })).get('machine-pauses')).toMatch(
      /the coordinator was held up for 60\.0ms/,
    );
  });
});

describe('more threads than cores', () => {
  const environment = { oversubscribed: true, cores: 1 };

  test('is a warning', () => {
    expect(warningsOf(quietBut({ run: { environment } })).get('oversubscribed')).toMatch(
      /^1 core for 2 threads/,
    );
  });

  test.each(['ticket', 'mcs', 'queued'] as const)('with the FIFO lock %s is another', (kind) => {
    const warnings = warningsOf(quietBut({ run: { environment, allocationLock: { kind } } }));
    expect(warnings.get('fifo-lock')).toContain(`The ${kind} lock`);
    expect(warnings.get('fifo-lock')).not.toContain('went to sleep');
  });

  test('says how often waiters of a FIFO lock went to sleep', () => {
    const allocationLock = { kind: 'mcs', parkCount: 1234 } as const;
    const text = warningsOf(quietBut({ run: { environment, allocationLock } })).get('fifo-lock');
    expect(text).toContain('went to sleep 1.23k times');
    expect(text).toContain("user space's, not the kernel's");
  });

  test.each(['test-and-set', 'test-and-test-and-set', 'mutex', 'none'] as const)(
    'with the lock %s is not',
    (kind) => {
      const warnings = warningsOf(quietBut({ run: { environment, allocationLock: { kind } } }));
      expect(warnings.has('fifo-lock')).toBe(false);
    },
  );
});

test('a FIFO lock on enough cores is no reason to warn', () => {
  const allocationLock = { kind: 'ticket', parkCount: 3 } as const;
  expect(warningsOf(quietBut({ run: { allocationLock } })).has('fifo-lock')).toBe(false);
});

test('a median below five steps of the clock names its operation', () => {
  const read = someOperation(risingSamples(1000, 40, 0), 0);
  const text = warningsOf({ run: { operations: { read } } }).get('clock-limited');
  expect(text).toBe(
    'The median of read is below 5 steps of the clock (10ns each): it says little more than ' +
      'that it is short.',
  );
  const slower = someOperation(risingSamples(1000, 50, 0), 0);
  expect(warningsOf({ run: { operations: { read: slower } } }).has('clock-limited')).toBe(false);
});

test('chained times are said to be so, with the floor that they have', () => {
  const chained = { load: { timing: 'chained' as const } };
  expect(warningsOf({ plan: chained }).get('chained-timing')).toBe(
    'Service times are chained: each begins where the one before it ended, and holds the loop of ' +
      'the simulator (an empty operation: 78.2ns). Compare them only with times that were taken so.',
  );
  expect(warningsOf({}).has('chained-timing')).toBe(false);
});

test('latencies above the range are counted by operation', () => {
  const read = someOperation(histogramOf([10, 5000, 6000], bucketCountFor(1000)), 0);
  expect(warningsOf({ run: { operations: { read } } }).get('histogram-overflow')).toContain(
    'read (2)',
  );
});

describe('a percentile with fewer than ten samples beyond it', () => {
  const of = (count: number) => {
    const read = someOperation({ ...steady, count }, 0);
    return warningsOf(
      quietBut({ run: { ...QUIET.run, operations: { ...QUIET.run?.operations, read } } }),
    ).get('few-samples');
  };

  test('is named, and all above it', () => {
    expect(of(99_999)).toBe('Fewer than 10 samples lie beyond: p99.99 of read and above.');
    expect(of(50)).toContain('p90 of read and above');
  });

  test('is named alone where it is the last', () => {
    expect(of(100_000)).toBe('Fewer than 10 samples lie beyond: p99.999 of read.');
    expect(of(999_999)).toContain('p99.999 of read');
  });

  test('is not named once there are ten', () => {
    expect(of(1_000_000)).toBeUndefined();
  });
});

describe('a replay', () => {
  const trace = {
    file: '/traces/x.iolog',
    format: 'auto',
    speed: 1,
    assign: 'by-hash',
    recordCounts: [500, 500],
    operations: ['read'],
    sectorCountMax: 8,
  } as const;
  const read = {
    ...someOperation(risingSamples(1000, 1000, 0), 0),
    response: risingSamples(1000, 5_000_000, 0),
  };

  test('that fell behind its schedule says by how much', () => {
    const warnings = warningsOf({ plan: { load: { trace } }, run: { operations: { read } } });
    expect(warnings.get('replay-behind')).toMatch(/read by 5\.00ms/);
  });

  test('as fast as possible has no schedule to fall behind', () => {
    const plan = { load: { trace: { ...trace, speed: null } } };
    expect(warningsOf({ plan, run: { operations: { read } } }).has('replay-behind')).toBe(false);
  });

  const replay: TraceReplayRecord = {
    ...{ file: '/t/x.iolog', format: 'fio-iolog-v3', sha256: '00', device: 'disk0' },
    ...{ recordCount: 1000, spanNs: 1e9, speed: 1, assign: 'by-hash', fold: 'compact' },
    ...{ recordedSectorCount: 1_000_000, starvedCount: 0, starvedNs: 0, warnings: ['Told.'] },
  };

  test('passes on what there was to say of the trace, and warns of folds that overlap', () => {
    const compact = warningsOf({ run: { trace: replay } });
    expect(compact.get('trace')).toBe('Told.');
    expect(compact.has('trace-folded')).toBe(false);
    const modulo = warningsOf({ run: { trace: { ...replay, fold: 'modulo' } } });
    expect(modulo.get('trace-folded')).toMatch(/reaches to sector 1\.00M, and "fold: modulo"/);
  });

  test('says when threads waited for its reader, from a thousandth of their time on', () => {
    const starvedFor = (starvedNs: number, speed: number | null) =>
      warningsOf({
        run: {
          durationNs: 1e9,
          trace: { ...replay, speed, starvedCount: 7, starvedNs },
        },
      }).get('trace-starved');
    expect(starvedFor(1e6, 1)).toBeUndefined();
    expect(starvedFor(20e6, 1)).toMatch(/waited 7 times .* 1% of their time, so operations were/);
    expect(starvedFor(20e6, null)).toMatch(/so the reader, and not the device, set the pace/);
  });

  test('on schedule is no reason to warn', () => {
    const warnings = warningsOf({ plan: { load: { trace } } });
    expect(warnings.has('replay-behind')).toBe(false);
  });
});

test('a recording with a hole in it, or without a file, is told', () => {
  const recording = {
    ...{ file: 'x.iolog', operationCount: 5, leftOutCount: 0, unloggedCount: 0, problem: null },
  };
  expect(warningsOf({ run: { recording } }).has('recording')).toBe(false);
  const short = warningsOf({ run: { recording: { ...recording, unloggedCount: 2 } } });
  expect(short.get('recording')).toMatch(/2 operations found no room/);
  const lost = warningsOf({ run: { recording: { ...recording, problem: 'EIO' } } });
  expect(lost.get('recording')).toBe('x.iolog could not be written: EIO.');
});

describe("Little's law", () => {
  const insideNs = (ns: number) =>
    warningsOf({
      run: {
        operations: {
          read: someOperation(samples(ns), 0),
          write: someOperation(samples(), 0),
          remap: someOperation(samples(), 0),
        },
      },
    }).get('littles-law');

  test('holds when threads are mostly inside operations', () => {
    expect(insideNs(3_900_000_000)).toBeUndefined();
    expect(insideNs(2_100_000_000)).toBeUndefined();
  });

  test('does not close when they are mostly outside: the share is stated', () => {
    expect(insideNs(1_000_000_000)).toMatch(/0\.50 of 2 threads; 75% of their time/);
  });

  test('is broken when more time passed inside than there was', () => {
    expect(insideNs(4_400_000_000)).toMatch(/2\.20 of 2 threads, more than there were/);
  });
});

test('events that took effect late are said to have, by how much', () => {
  const at = (lateNs: number) =>
    warningsOf(
      quietBut({
        run: { events: [{ plannedNs: 1_000_000, takenNs: 1_000_000 + lateNs, text: 'stalled' }] },
      }),
    ).get('late-events');
  expect(at(8_000_000)).toBeUndefined();
  expect(at(200_000_000)).toMatch(/^Events took effect up to 200ms late/);
});

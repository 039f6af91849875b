import { describe, expect, test } from 'vitest';
import { livePanel, progressLine, type Snapshot } from '../../../src/report/progress.ts';
import { columnsOf } from '../../../src/report/text.ts';

const SNAPSHOT: Snapshot = {
  name: 'spare-cache-contention',
  seed: 42,
  threadCount: 4,
  lockKind: 'ticket',
  phase: 'measure',
  elapsedNs: 10_000_000_000,
  progress: 0.5,
  operationCount: 1_989_000,
  operationsPerSecond: 198_900,
  operation: 'read',
  p50Ns: 3100,
  p99Ns: 40_000,
  p999Ns: 212_000,
  maxNs: 3_900_000,
  threadOperations: [25, 24, 26, 25],
  lockContendedShare: 0.38,
  cacheHitRate: 0.913,
  spares: { used: 1204, allocatable: 4096 },
  collisionCount: 0,
};

const NOTHING_YET: Snapshot = {
  ...SNAPSHOT,
  phase: 'warmup',
  elapsedNs: 0,
  progress: null,
  operationCount: 0,
  operationsPerSecond: 0,
  operation: null,
  p50Ns: null,
  p99Ns: null,
  p999Ns: null,
  maxNs: null,
  threadOperations: [0, 0],
  lockContendedShare: null,
  cacheHitRate: null,
  spares: { used: 0, allocatable: 0 },
};

const PLAIN = { color: false, unicode: true, width: 80 };

test('a line for a log', () => {
  expect(progressLine(SNAPSHOT, { unicode: true })).toBe(
    '[00:10] measure 50%  199k/s  read p99 40.0µs  lock 38%  hit 91.3%  spares 29%  collisions 0',
  );
  expect(progressLine(NOTHING_YET, { unicode: false })).toBe(
    '[00:00] warmup  0/s  lock -  hit -  spares 0%  collisions 0',
  );
});

test('hours appear when there are any', () => {
  const at = (seconds: number) => progressLine({ ...SNAPSHOT, elapsedNs: seconds * 1e9 }, PLAIN);
  expect(at(59.9)).toMatch(/^\[00:59\]/);
  expect(at(600)).toMatch(/^\[10:00\]/);
  expect(at(3723)).toMatch(/^\[1:02:03\]/);
});

test('100 % is said only when it is done', () => {
  const at = (progress: number) => progressLine({ ...SNAPSHOT, progress }, PLAIN);
  expect(at(0.9999)).toContain('measure 99%');
  expect(at(1)).toContain('measure 100%');
  expect(at(1.7)).toContain('measure 100%');
});

test('the panel shows what the snapshot says', () => {
  expect(livePanel(SNAPSHOT, PLAIN)).toEqual([
    ' spare-cache-contention   seed 42   4 threads   measure',
    ` ${'█'.repeat(24)}${'░'.repeat(24)}  50%   10.0s   10.0s left`,
    '',
    ` throughput  199k/s   1.99M operations${' '.repeat(22)}█`,
    ' latency     read   p50 3.10µs   p99 40.0µs   p99.9 212µs   max 3.90ms   █',
    ' threads     t0 25%  t1 24%  t2 26%  t3 25%',
    ' lock        ticket   contended 38%',
    ` cache       hit rate 91.3%${' '.repeat(33)}█`,
    ` spares      ${'█'.repeat(7)}${'░'.repeat(17)}  1,204 of 4,096 used`,
    ' collisions  ✓ 0',
    ' Ctrl-C stops and keeps the results',
  ]);
});

test('earlier looks make curves, and say how long the spares last', () => {
  const earlier = [0.25, 0.5, 0.75].map((share, index) => ({
    ...SNAPSHOT,
    elapsedNs: (7 + index) * 1e9,
    operationsPerSecond: share * SNAPSHOT.operationsPerSecond,
    spares: { used: 904 + 100 * index, allocatable: 4096 },
  }));
  const panel = livePanel(SNAPSHOT, PLAIN, earlier);
  expect(panel[3]).toMatch(/ {3}▃▅▆█$/);
  // 300 spares in 3 s; 2,892 are left.
  expect(panel.join()).toContain('1,204 of 4,096 used, 28.9s to exhaustion');
  const ascii = livePanel(SNAPSHOT, { ...PLAIN, unicode: false }, earlier);
  expect(ascii[3]).toMatch(/ {3}\.-'\^$/);
});

test('colours add nothing but colour', () => {
  const coloured = livePanel(SNAPSHOT, { ...PLAIN, color: true }).join('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
  const bare = coloured.replace(/\u001b\[\d+m/g, '');
  expect(coloured).not.toBe(bare);
  expect(bare).toBe(livePanel(SNAPSHOT, PLAIN).join('\n'));
});

test('a collision is marked', () => {
  const panel = livePanel({ ...SNAPSHOT, collisionCount: 1234 }, PLAIN);
  expect(panel).toContain(' collisions  ✗ 1,234');
});

describe.each([
  ['a usual moment', SNAPSHOT],
  ['nothing yet', NOTHING_YET],
  ['the end', { ...SNAPSHOT, phase: 'finish', progress: 1 }],
  [
    'enormous figures',
    {
      ...SNAPSHOT,
      threadCount: 1024,
      elapsedNs: 9e14,
      operationCount: 9e15,
      operationsPerSecond: 9e12,
      p50Ns: 9e12,
      p99Ns: 9e12,
      p999Ns: 9e12,
      maxNs: 9e12,
      threadOperations: new Array(1024).fill(9e12),
      spares: { used: 134_217_728, allocatable: 134_217_728 },
      collisionCount: 9e12,
    },
  ],
  ['a hostile name', { ...SNAPSHOT, name: `\u001b[2J\n${'x'.repeat(10_000)}` }],
] as [string, Snapshot][])('the panel at %s', (_, snapshot) => {
  test.each([120, 80, 60])('fits %d columns', (width) => {
    for (const unicode of [true, false]) {
      for (const line of livePanel(snapshot, { ...PLAIN, unicode, width })) {
        expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}/u);
        if (!unicode) expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
    }
  });
});

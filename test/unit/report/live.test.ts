import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startLive } from '../../../src/report/live.ts';
import type { Snapshot } from '../../../src/report/progress.ts';
import { somePlan } from '../../support/run-record.ts';

const SNAPSHOT: Snapshot = {
  name: 'small',
  seed: 1,
  threadCount: 2,
  lockKind: 'mutex',
  phase: 'measure',
  elapsedNs: 1e9,
  progress: 0.1,
  operationCount: 10,
  operationsPerSecond: 10,
  operation: null,
  p50Ns: null,
  p99Ns: null,
  p999Ns: null,
  maxNs: null,
  threadOperations: [0, 0],
  lockContendedShare: null,
  cacheHitRate: null,
  spares: { used: 0, allocatable: 64 },
  collisionCount: 0,
};

/** A stream that keeps what is written to it. */
function somewhere(columns = 80) {
  const written: string[] = [];
  const stream = {
    isTTY: true,
    columns,
    rows: 40,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('mode none writes nothing and never looks', () => {
  const { stream, written } = somewhere();
  const snapshot = vi.fn(() => SNAPSHOT);
  const live = startLive({ stream, plan: somePlan(), snapshot, mode: 'none' });
  vi.advanceTimersByTime(60_000);
  live.stop();
  expect(written).toEqual([]);
  expect(snapshot).not.toHaveBeenCalled();
});

test('lines come after one second, then at doubling distances of at most five minutes', () => {
  const { stream, written } = somewhere();
  const at: number[] = [];
  const start = Date.now();
  const snapshot = () => {
    at.push((Date.now() - start) / 1000);
    return SNAPSHOT;
  };
  const live = startLive({ stream, plan: somePlan(), snapshot, mode: 'lines' });
  vi.advanceTimersByTime(1_300_000);
  live.stop();
  expect(at).toEqual([1, 11, 31, 71, 151, 311, 611, 911, 1211]);
  expect(written).toHaveLength(9);
  expect(written[0]).toMatch(/^\[00:01\] measure 10% .*\n$/);
});

test('nothing is written after stop', () => {
  for (const mode of ['lines', 'panel'] as const) {
    const { stream, written } = somewhere();
    const live = startLive({ stream, plan: somePlan(), snapshot: () => SNAPSHOT, mode });
    vi.advanceTimersByTime(2000);
    live.stop();
    const count = written.length;
    live.stop();
    vi.advanceTimersByTime(600_000);
    expect(written).toHaveLength(count);
  }
});

test('the panel is drawn at once and four times a second', () => {
  const { stream, written } = somewhere();
  let looks = 0;
  const snapshot = () => ({ ...SNAPSHOT, operationCount: looks++ });
  const live = startLive({ stream, plan: somePlan(), snapshot, mode: 'panel' });
  expect(looks).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(looks).toBe(5);
  live.stop();
  expect(written.join('')).toContain('throughput');
  expect(written.join('')).not.toContain('\u001b[?25l');
});

test('a failing look at the counters reaches whoever runs the timers', () => {
  const { stream } = somewhere();
  const snapshot = () => {
    throw new Error('counters are gone');
  };
  expect(() => startLive({ stream, plan: somePlan(), snapshot, mode: 'panel' })).toThrow(/gone/);
});

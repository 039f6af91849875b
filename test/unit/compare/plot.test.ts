import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/compare/compare.ts';
import type { ComparedCurve } from '../../../src/compare/comparison.ts';
import { plotLines } from '../../../src/compare/plot.ts';
import { compareText } from '../../../src/compare/text.ts';
import { styleOf } from '../../../src/report/style.ts';
import { columnsOf } from '../../../src/report/text.ts';
import { sideOf, someComparedRun } from '../../support/compared.ts';
import { risingSamples } from '../../support/run-record.ts';

const ASCII = { color: false, unicode: false, width: 80 };
const UNICODE = { ...ASCII, unicode: true };

function plotted(curve: Partial<ComparedCurve>, options = ASCII): string[] {
  const whole = { name: 'read.service', nines: [0, 1, 2], base: [1e3, 1e4, 1e5], ...curve };
  return plotLines({ next: whole.base, ...whole }, styleOf(options), options.unicode);
}

describe('both sides in a terminal', () => {
  test('are drawn within 80 columns, and in ASCII where there is no more', () => {
    for (const width of [40, 80, 200]) {
      for (const options of [ASCII, UNICODE]) {
        const lines = plotted({ nines: [0, 2, 5.4] }, { ...options, width });
        expect(lines).toHaveLength(10);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(Math.min(width, 80));
      }
    }
    expect(plotted({}).join('\n')).toMatch(/^[\n -~]*$/);
    expect(plotted({}, UNICODE).join('\n')).toMatch(/[\u2801-\u28ff]/);
  });

  test('the slower one lies above the other, and both have their latencies at the axis', () => {
    const lines = plotted({ next: [1e4, 1e5, 1e6] }).slice(1, -1);
    const first = lines.findIndex((line) => line.includes('#'));
    const last = lines.findLastIndex((line) => line.includes('#'));
    const dots = [lines.findIndex((line) => line.includes('.', 12)), lines.length - 1];
    expect(first).toBe(0);
    expect(last).toBeLessThan(dots[1] as number);
    expect(dots[0]).toBeGreaterThan(first);
    expect(lines.join('\n')).not.toContain('@');
    expect(lines[1]).toContain('274us |');
  });

  test('two that are the same are one line', () => {
    const [, ...lines] = plotted({});
    expect(lines.join('')).toContain('@');
    expect(lines.join('')).not.toContain('#');
    expect(plotted({ base: [5, 5, 5] }).filter((line) => line.includes('@'))).toHaveLength(2);
  });

  test('the axis names each nine that is reached', () => {
    expect(plotted({ nines: [0, 1, 3.2] }).at(-1)).toMatch(/^ +0 % +90 % +99 % +99\.9 %$/);
  });

  test('a latency of 0 lies at the bottom', () => {
    for (const options of [ASCII, UNICODE]) {
      const lines = plotted({ base: [0, 10, 1e6], next: [50, 100, 1e5] }, options);
      expect(lines).toHaveLength(10);
      expect(lines.at(-2)).toMatch(/[|┤][^ ]/);
    }
  });

  test('of too little nothing is drawn', () => {
    expect(plotted({ nines: [], base: [] })).toEqual([]);
    expect(plotted({ base: [0, 0, 0] })).toEqual([]);
  });
});

test('a comparison has the curve of what became slower, and its text draws it', () => {
  const sideAt = (name: string, stepNs: number) =>
    sideOf(
      name,
      [0, 1, 2, 3, 4].map((index) =>
        someComparedRun(
          { 'read.service.p99': 1000 + index, 'write.service.p99': 1000 * stepNs + index },
          {
            'read.service': risingSamples(2000, 500, 10),
            'write.service': risingSamples(2000, 500 + index, stepNs),
          },
        ),
      ),
    );
  const comparison = compareRuns(sideAt('a', 10), sideAt('b', 20));
  const { curve } = comparison;
  expect(curve?.name).toBe('write.service');
  const [base, next] = [curve?.base.at(-1) as number, curve?.next.at(-1) as number];
  expect(next / base).toBeCloseTo(2, 1);
  // As far as ten of two thousand lie beyond.
  expect(curve?.nines.at(-1)).toBeCloseTo(2.25, 1);
  expect(compareText(comparison, UNICODE)).toContain(
    'write.service by percentile: base ┈┈, new ──',
  );
  const without = sideOf('c', [someComparedRun({ 'read.service.p99': 1000 })]);
  expect(compareRuns(without, without).curve).toBeNull();
});

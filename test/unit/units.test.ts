import { describe, expect, it } from 'vitest';
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatNs,
  formatPercent,
  formatRate,
  formatSize,
  formatTime,
  parseCount,
  parseRate,
  parseRatio,
  parseSectorCount,
  parseSize,
  parseTime,
  type Reading,
} from '../../src/units.ts';

function read(reading: Reading): number {
  if (!reading.ok) throw new Error(`refused: ${reading.problem}`);
  return reading.value;
}

function problemOf(reading: Reading): string {
  if (reading.ok) throw new Error(`accepted as ${reading.value}`);
  return reading.problem;
}

describe('a size', () => {
  it.each([
    ['512', 512],
    [512, 512],
    ['0', 0],
    ['512B', 512],
    ['4k', 4096],
    ['4K', 4096],
    ['4Ki', 4096],
    ['4KiB', 4096],
    ['1.5k', 1536],
    ['128Ki', 131072],
    ['64MiB', 64 * 1024 ** 2],
    ['1M', 1024 ** 2],
    ['2G', 2 * 1024 ** 3],
    ['1TiB', 1024 ** 4],
    [' 4k ', 4096],
  ])('%s is %d bytes', (written, bytes) => {
    expect(read(parseSize(written))).toBe(bytes);
  });

  it.each([
    ['4kB', '4KiB', '4000'],
    ['4KB', '4KiB', '4000'],
    ['5MB', '5MiB', '5000000'],
    ['1.5GB', '1.5GiB', '1500000000'],
  ])('%s is refused as ambiguous, and %s and %s are offered', (written, binary, decimal) => {
    const problem = problemOf(parseSize(written));
    expect(problem).toContain('ambiguous');
    expect(problem).toContain(binary);
    expect(problem).toContain(decimal);
  });

  it.each(['', 'k', '-4k', '4 k', '4x', '4kk', '1e3', '.5k', '4k4', '0x10', '４k', '4kib'])(
    '%j is refused',
    (written) => {
      expect(problemOf(parseSize(written))).not.toBe('');
    },
  );

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('the number %d is refused', (n) => {
    expect(problemOf(parseSize(n))).not.toBe('');
  });

  it('that no double can hold exactly is refused', () => {
    expect(problemOf(parseSize('999999999999999T'))).toContain('2^53');
  });
});

describe('a number of sectors', () => {
  it.each([
    ['16384', 16384],
    [16384, 16384],
    ['128Ki', 131072],
    ['128k', 131072],
    ['1M', 1048576],
    ['1Mi', 1048576],
  ])('%s is %d', (written, count) => {
    expect(read(parseSectorCount(written))).toBe(count);
  });

  it('written in bytes is refused with the reason', () => {
    expect(problemOf(parseSectorCount('64MiB'))).toContain('sectors of 512 bytes');
  });
});

describe('a number of events', () => {
  it.each([
    ['16384', 16384],
    ['150k', 150_000],
    ['1M', 1_000_000],
    ['1.1M', 1_100_000],
    ['2G', 2e9],
    [1e6, 1_000_000],
  ])('%s is %d', (written, count) => {
    expect(read(parseCount(written))).toBe(count);
  });

  it.each([
    ['1Mi', '1M'],
    ['4Ki', '4k'],
    ['4K', '4k'],
  ])('%s is refused, and %s is offered', (written, offered) => {
    expect(problemOf(parseCount(written))).toContain(`write ${offered}`);
  });
});

describe('a time', () => {
  it.each([
    ['80ns', 80],
    ['250us', 250_000],
    ['250µs', 250_000],
    ['250μs', 250_000],
    ['500ms', 5e8],
    ['10s', 1e10],
    ['1.5s', 1.5e9],
    ['1m30s', 9e10],
    ['2h', 7.2e12],
    ['1h30m', 5.4e12],
    ['1s500ms', 1.5e9],
    ['41.5ns', 41.5],
    ['0s', 0],
  ])('%s is %d ns', (written, ns) => {
    expect(read(parseTime(written))).toBe(ns);
  });

  it.each([10, 0, '10', '1.5'])(
    'without a unit (%s) is refused, and units are offered',
    (written) => {
      expect(problemOf(parseTime(written))).toContain(`${written}s`);
    },
  );

  it('with its parts out of order is refused', () => {
    expect(problemOf(parseTime('30s1m'))).toContain('larger unit to the smaller');
    expect(problemOf(parseTime('1s1s'))).toContain('larger unit to the smaller');
  });

  it.each(['', 's', '-1s', '10 s', '10sec', '10min', '1d', '10S', '1s ago', '1e3s'])(
    '%j is refused',
    (written) => {
      expect(problemOf(parseTime(written))).not.toBe('');
    },
  );
});

describe('a ratio', () => {
  it.each([
    ['80%', 0.8],
    ['0.8', 0.8],
    [0.8, 0.8],
    ['99.99%', 0.9999],
    ['0%', 0],
    [1, 1],
    [1e-7, 1e-7],
  ])('%s is %d', (written, ratio) => {
    expect(read(parseRatio(written))).toBeCloseTo(ratio, 12);
  });

  it.each(['-1%', '%', 'x', '80 %', '', Number.NaN])('%s is refused', (written) => {
    expect(problemOf(parseRatio(written))).not.toBe('');
  });
});

describe('a rate', () => {
  it.each([
    ['150k/s', 150_000],
    ['2.78M/s', 2_780_000],
    ['100/s', 100],
    ['100MiB/s', 100 * 1024 ** 2],
    ['512B/s', 512],
  ])('%s is %d a second', (written, rate) => {
    expect(read(parseRate(written))).toBe(rate);
  });

  it('without /s is refused', () => {
    expect(problemOf(parseRate('150k'))).toContain('/s');
    expect(problemOf(parseRate(150))).toContain('/s');
  });

  it('in a prefix of unclear base is refused, and both spellings are offered', () => {
    expect(problemOf(parseRate('100MB/s'))).toMatch(/100M\/s .*100MiB\/s/);
  });
});

describe('reports', () => {
  it.each([
    [0, '0ns'],
    [980, '980ns'],
    [33.44, '33.4ns'],
    [999.7, '1.00µs'],
    [41_300, '41.3µs'],
    [1_312_000, '1.31ms'],
    [999_600, '1.00ms'],
    [2.5e9, '2.50s'],
    [1e12, '16m40s'],
    [999.9e9, '16m40s'],
    [-41_300, '-41.3µs'],
    [Number.NaN, '–'],
  ])('show %d ns as %s', (ns, text) => {
    expect(formatNs(ns)).toBe(text);
  });

  it.each([
    [512, '512B'],
    [4096, '4.00KiB'],
    [1023 * 1024, '1023KiB'],
    [64 * 1024 ** 2, '64.0MiB'],
    [1.25 * 1024 ** 3, '1.25GiB'],
  ])('show %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [16_384, '16.4k'],
    [2_780_000, '2.78M'],
    [999_999, '1.00M'],
  ])('show the count %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
    expect(formatRate(count)).toBe(`${text}/s`);
  });

  it('show bytes per second in binary units', () => {
    expect(formatByteRate(1.25 * 1024 ** 3)).toBe('1.25GiB/s');
  });

  it.each([
    [0, '0%'],
    [1, '100%'],
    [0.953, '95.3%'],
    [0.98437, '98.4%'],
    [0.99996, '99.996%'],
    [0.00001, '0.001%'],
    [1.5, '150%'],
  ])('show the ratio %d as %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});

describe('exact writing', () => {
  it.each([
    [0, '0s'],
    [80, '80ns'],
    [250_000, '250us'],
    [1_234_567, '1.234567ms'],
    [1.5e9, '1.5s'],
    [9e10, '1m30s'],
    [7.2e12, '2h'],
    [9.05e10, '1m30.5s'],
  ])('writes %d ns as %s', (ns, text) => {
    expect(formatTime(ns)).toBe(text);
  });

  it.each([
    [512, '512B'],
    [1536, '1536B'],
    [4096, '4KiB'],
    [64 * 1024 ** 2, '64MiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

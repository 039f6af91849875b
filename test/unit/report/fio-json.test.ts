import { describe, expect, test } from 'vitest';
import { percentilesNs } from '../../../src/record/latency-summary.ts';
import { binValueOf, FIO_PERCENTILES, fioJson } from '../../../src/report/fio-json.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';
import { risingSamples, samples, someDetails, someResult } from '../../support/run-record.ts';

interface Latency {
  readonly N: number;
  readonly min: number;
  readonly max: number;
  readonly percentile?: Readonly<Record<string, number>>;
  readonly bins?: Readonly<Record<string, number>>;
}

interface Job {
  readonly jobname: string;
  readonly read: {
    readonly total_ios: number;
    readonly clat_ns: Latency;
    readonly lat_ns: Latency;
  };
  readonly sparestorm: { readonly remap: { readonly clat_ns: Latency } };
}

function jobsOf(text: string): Job[] {
  return (JSON.parse(text) as { readonly jobs: Job[] }).jobs;
}

describe("fio's bins", () => {
  test.each([
    [0, 0],
    [127, 127],
    // As fio 3.33 prints them: 64 to each power of two, a bin by its middle.
    [128, 129],
    [129, 129],
    [255, 255],
    [256, 258],
    [11317, 11328],
    [168900, 168960],
    [1_089_000, 1_089_536],
    [2 ** 40, 2 ** 40 + 2 ** 33],
  ])('%i ns stands in the bin of %i', (ns, value) => expect(binValueOf(ns)).toBe(value));
});

describe('--format fio', () => {
  const service = risingSamples(1000, 500, 1000);
  const result = someResult({ run: { operations: { read: { service, response: service } } } });
  const details = someDetails({ operations: { read: { service, response: service } } });
  const [job] = jobsOf(fioJson([{ result, details }])) as [Job];

  test('has the latencies of the result, percentiles by the same rule', () => {
    const { clat_ns: clat, lat_ns: lat } = job.read;
    const { count, min, max } = result.operations.read.service;
    expect([clat.N, clat.min, clat.max]).toEqual([count, min, max]);
    const values = percentilesNs(service, FIO_PERCENTILES);
    expect(Object.values(clat.percentile ?? {})).toEqual(values);
    expect(clat.percentile?.['99.000000']).toBe(result.operations.read.service.p99);
    expect(lat).toEqual(clat);
  });

  test('no latency is lost in the bins, and none is outside', () => {
    const bins = job.read.clat_ns.bins ?? {};
    expect(Object.values(bins).reduce((sum, count) => sum + count, 0)).toBe(service.count);
    expect(Object.keys(bins).every((key) => Number(key) === binValueOf(Number(key)))).toBe(true);
  });

  test('what overflowed is in the bin of the maximum', () => {
    const late = samples(100, 120e9);
    const run = { operations: { read: { service: late, response: late } } };
    const [one] = jobsOf(fioJson([{ result: someResult({ run }), details: someDetails(run) }]));
    expect(one?.read.clat_ns.bins).toEqual({ 100: 1, [binValueOf(120e9)]: 1 });
  });

  test('without details it has the percentiles that are known, and no bins', () => {
    const [one] = jobsOf(fioJson([{ result, details: null }]));
    expect(one?.read.clat_ns.percentile?.['99.900000']).toBe(
      result.operations.read.service['p99.9'],
    );
    expect(one?.read.clat_ns.percentile?.['10.000000']).toBeUndefined();
    expect(one?.read.clat_ns.bins).toBeUndefined();
  });

  test('what fio has no name for stands apart', () => {
    expect(job.sparestorm.remap.clat_ns.N).toBe(result.operations.remap.service.count);
  });

  test.each(HOSTILE_NAMES)('%s in a name stays a string', (_, name) => {
    const [one] = jobsOf(fioJson([{ result: someResult({ plan: { name } }), details: null }]));
    expect(one?.jobname).not.toMatch(/\p{Cc}/u);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { comparedRunOf } from '../../../src/compare/compared-run.ts';
import { runFromFio } from '../../../src/compare/from-fio.ts';
import { fioJson } from '../../../src/report/fio-json.ts';
import { risingSamples, someDetails, someResult } from '../../support/run-record.ts';

/** What fio 3.33 printed with --output-format=json+, null engine. */
const REAL = readFileSync(new URL('../../data/compare/fio-null.json', import.meta.url), 'utf8');

type Document = { jobs: { read: { clat_ns: { bins?: unknown; percentile?: unknown } } }[] };

function changed(change: (document: Document) => void): string {
  const document = JSON.parse(REAL) as Document;
  change(document);
  return JSON.stringify(document);
}

describe("fio's JSON", () => {
  test('json+: percentiles are those that fio printed beside its bins', () => {
    const run = runFromFio('x.json', REAL);
    expect(run.source).toBe('fio');
    expect(run.values.get('read.service.p50')).toBe(10);
    expect(run.values.get('read.service.p99')).toBe(20);
    expect(run.histograms.get('read.service')?.count).toBe(8160);
    expect(run.values.get('throughput')).toBeCloseTo(2720000 + 2741333.333333, 3);
    // Eight latencies lie beyond it.
    expect(run.values.has('read.service.p99.9')).toBe(false);
  });

  test('json: percentiles alone', () => {
    const plain = changed(({ jobs }) => {
      delete jobs[0]?.read.clat_ns.bins;
    });
    const run = runFromFio('x.json', plain);
    expect(run.values.get('read.service.p99')).toBe(20);
    expect(run.histograms.has('read.service')).toBe(false);
  });

  test('several jobs are put together by their bins, and refused without', () => {
    const twice = changed(({ jobs }) => jobs.push(structuredClone(jobs[0] as never)));
    expect(runFromFio('x.json', twice).histograms.get('read.service')?.count).toBe(2 * 8160);
    const without = changed(({ jobs }) => {
      delete jobs[0]?.read.clat_ns.bins;
      jobs.push(structuredClone(jobs[0] as never));
    });
    expect(() => runFromFio('x.json', without)).toThrow(/percentiles cannot be added up/);
  });

  test.each([
    ['cut off', REAL.slice(0, 2000), /is not JSON/],
    ['something else', '{"results": []}', /neither a result of sparestorm nor JSON of fio/],
    ['nothing', 'null', /neither/],
    ['no operations', '{"jobs": [{}]}', /no operations/],
    ['of fio 2', '{"jobs": [{"read": {"clat": {}}}]}', /fio 2/],
    [
      'with bins that are none',
      changed(({ jobs }) => {
        (jobs[0] as Document['jobs'][0]).read.clat_ns.bins = { '-5': 'x' };
      }),
      /bins/,
    ],
  ])('%s is refused with a sentence', (_, text, words) => {
    expect(() => runFromFio('x.json', text)).toThrow(words);
  });

  test('ours, written as json+ and read back, has our percentiles within a bin of fio', () => {
    const service = risingSamples(20_000, 500, 100);
    const run = { operations: { read: { service, response: service } } };
    const [result, details] = [someResult({ run }), someDetails(run)];
    const ours = comparedRunOf('ours', result, details);
    const back = runFromFio('x.json', fioJson([{ result, details }]));
    for (const key of ['p50', 'p99', 'p99.9']) {
      const [one, other] = [ours, back].map(({ values }) => values.get(`read.service.${key}`));
      expect(Math.abs((other as number) / (one as number) - 1)).toBeLessThan(1 / 64);
    }
  });
});

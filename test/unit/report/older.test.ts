import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FORMATS, rendered } from '../../../src/report/formats.ts';
import { completed } from '../../../src/report/older.ts';
import { type Result, resultSchema } from '../../../src/report/result-schema.ts';
import { metricValue } from '../../../src/report/thresholds.ts';
import { type Metric, metricNamed } from '../../../src/scenario/metrics.ts';
import { tagsIn } from '../../support/page.ts';
import { someDetails, someResult, someThreshold } from '../../support/run-record.ts';

const schema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  count: z.int().min(0),
  late: z.strictObject({ applies: z.boolean(), ns: z.int().min(0) }).describe('late'),
  share: z.number().min(0).max(1).nullable(),
  kind: z.enum(['mutex', 'none']),
  rows: z.array(z.strictObject({ at: z.int(), text: z.string() })),
});
const WHOLE = {
  ...{ version: 1 as const, name: 'x', count: 0, share: 0.5, kind: 'mutex' as const },
  late: { applies: true, ns: 7 },
  rows: [{ at: 1, text: 'a' }],
};

describe('what another version wrote', () => {
  test('is as it was, where nothing is missing', () => {
    expect(completed(schema, WHOLE)).toEqual({ value: WHOLE, absent: [], problems: [] });
  });

  test('has for what is missing null, NaN, nothing, and no zero', () => {
    const { value, absent } = completed(schema, { version: 1, name: 'x', rows: [{ at: 1 }, {}] });
    expect(value).toEqual({
      ...{ version: 1, name: 'x', count: Number.NaN, share: null, kind: 'none' },
      late: { applies: false, ns: Number.NaN },
      rows: [
        { at: 1, text: '' },
        { at: Number.NaN, text: '' },
      ],
    });
    expect(absent).toEqual(
      ['count', 'late', 'share', 'kind', 'rows.text', 'rows.at'].sort(byOrder),
    );
  });

  test('lacks what this version does not know', () => {
    const later = { ...WHOLE, more: 1, late: { ...WHOLE.late, more: [] } };
    expect(completed(schema, later).value).toEqual(WHOLE);
  });

  test('is refused where it would take a choice that means something', () => {
    const checks = z.strictObject({ list: z.array(z.object({ is: z.enum(['held', 'broken']) })) });
    expect(completed(checks, { list: [{}] })).toMatchObject({
      value: null,
      problems: [expect.stringMatching(/^list\.0\.is: /)],
    });
  });

  test('is refused where what is there is wrong, or something essential is not', () => {
    for (const wrong of [
      { ...WHOLE, count: -1 },
      { ...WHOLE, late: 7 },
      [],
      null,
      undefined,
      'x',
    ]) {
      const { value, problems } = completed(schema, wrong);
      expect(value).toBeNull();
      expect(problems.length).toBeGreaterThan(0);
    }
    const { count: _, ...old } = WHOLE;
    expect(completed(schema, old, ['name']).value).not.toBeNull();
    expect(completed(schema, old, ['name', 'count']).value).toBeNull();
  });

  /** As the keys stand in the schema, those of a list after it. */
  function byOrder(one: string, other: string): number {
    const order = ['count', 'late', 'share', 'kind', 'rows.text', 'rows.at'];
    return order.indexOf(one) - order.indexOf(other);
  }
});

describe('a result of fewer keys', () => {
  const whole = JSON.parse(
    JSON.stringify(someResult({ plan: { thresholds: [someThreshold('errors', '==', 0)] } })),
  ) as Result;
  const details = someDetails();
  const LATER = [
    ...[
      'jobs',
      'overall',
      'arrivals',
      'pacer',
      'inFlight',
      'errors',
      'errorKinds',
      'cache',
      'lock',
    ],
    ...['targetLock', 'spares', 'target', 'data', 'faults', 'autoRemap', 'events', 'metadata'],
    ...['memory', 'steady', 'jitter', 'trace', 'recording', 'threads', 'precondition', 'warmupNs'],
  ] as const satisfies readonly (keyof Result)[];

  function without(keys: readonly string[]) {
    const some = Object.fromEntries(Object.entries(whole).filter(([key]) => !keys.includes(key)));
    return completed(resultSchema, some);
  }

  test.each([...LATER.map((key) => [key]), [...LATER]])(
    'without %s it is reported, and is no zero',
    (...keys) => {
      const { value: result, absent } = without(keys);
      expect([...absent].sort()).toEqual([...keys].sort());
      const run = { result: result as Result, details, repeats: [], absent };
      for (const format of FORMATS) {
        const text = rendered(format, [{ run, path: null }]);
        const shown = text.replace(/<script>[\s\S]*?<\/script>/g, '');
        expect([format, /.{0,90}(NaN|undefined).{0,40}/.exec(shown)?.[0]]).toEqual([
          format,
          undefined,
        ]);
        if (format === 'html' && keys.includes('cache')) {
          expect(text).toContain('Not in this result');
          expect(text).not.toContain('has no cache');
        }
        if (format === 'html') expect(tagsIn(text).length).toBeGreaterThan(100);
      }
    },
  );

  test('a metric that it lacks has no value', () => {
    const { value } = without(['lock', 'memory', 'cache', 'errors']);
    for (const name of [
      'lock.fairness',
      'memory.allocator',
      'cache.hitRate',
      'errors',
      'lock.wait.p99',
    ]) {
      expect([name, metricValue(metricNamed(name) as Metric, value as Result)]).toEqual([
        name,
        null,
      ]);
    }
    expect(metricValue(metricNamed('throughput') as Metric, value as Result)).toBe(760);
  });
});

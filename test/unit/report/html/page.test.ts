import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { reportPage, SECTIONS } from '../../../../src/report/html/page.ts';
import type { StoredRun } from '../../../../src/report/stored-run.ts';
import { figuresIn, sectionsIn, tagsIn, valueAt } from '../../../support/page.ts';
import {
  brokenVerdict,
  risingSamples,
  someDetails,
  someInterval,
  someOperation,
  someResult,
  someSlice,
  someThreshold,
} from '../../../support/run-record.ts';

type Input = Parameters<typeof someResult>[0];

function storedRun(input: Input = {}): StoredRun {
  const verdicts = input?.verdicts ?? [];
  return { result: someResult(input), details: someDetails(input?.run, verdicts), repeats: [] };
}

function textOf(page: string): string {
  return page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ');
}

const THRESHOLDS = [someThreshold('allocation.p99', '<', 1000), someThreshold('errors', '==', 1)];

describe('the page', () => {
  test('has every section, in its order, with details and without', () => {
    const ids = SECTIONS.map(({ id }) => id);
    expect(sectionsIn(reportPage(storedRun()))).toEqual(ids);
    expect(sectionsIn(reportPage({ ...storedRun(), details: null }))).toEqual(ids);
  });

  test('shows figures of the result, each with its value', () => {
    const run = storedRun({ plan: { thresholds: THRESHOLDS } });
    const figures = figuresIn(reportPage(run));
    expect(figures.length).toBeGreaterThan(150);
    for (const { pointer, value } of figures) {
      expect([pointer, value]).toEqual([pointer, valueAt(run.result, pointer)]);
    }
    const pointers = figures.map(({ pointer }) => pointer);
    expect(pointers).toContain('/operations/read/service/p99.9');
    expect(pointers).toContain('/thresholds/0/observed');
  });

  test('forbids itself the network, and every script but its own', () => {
    const page = reportPage(storedRun());
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy).toMatch(/^default-src 'none'; img-src data:; style-src 'sha256-/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)];
    expect(scripts).toHaveLength(2);
    for (const [, script = ''] of scripts) {
      const digest = createHash('sha256').update(script).digest('base64');
      expect(policy).toContain(`'sha256-${digest}'`);
    }
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/ style="/);
  });

  test('is a drawing before any script runs', () => {
    const page = reportPage(storedRun());
    for (const id of ['percentiles', 'heat', 'throughput', 'lock', 'cache', 'spares']) {
      const section = page.slice(page.indexOf(`<section id="${id}"`)).split('</section>')[0];
      expect([id, section?.includes('<svg viewBox') || section?.includes('<svg class')]).toEqual([
        id,
        true,
      ]);
      expect([id, section?.includes('<table')]).toEqual([id, true]);
    }
  });

  test('is made of text alone, whatever a scenario is called', () => {
    const hostile = `</title><script>alert(1)</script><img src=x onerror=alert(1)>"'&\u0000\u202e`;
    const plain = storedRun();
    const result = {
      ...plain.result,
      name: hostile,
      scenario: { ...plain.result.scenario, description: hostile, [hostile]: hostile },
      source: { file: hostile, sets: [] },
      startedAt: plain.result.startedAt,
      repro: hostile,
      warnings: [{ id: 'x', text: hostile }],
    };
    const harmless = {
      ...result,
      name: 'a',
      scenario: { ...plain.result.scenario, description: 'a', a: 'a' },
      source: { file: 'a', sets: [] },
      repro: 'a',
      warnings: [{ id: 'x', text: 'a' }],
    };
    const page = reportPage({ ...plain, result });
    expect(tagsIn(page)).toEqual(tagsIn(reportPage({ ...plain, result: harmless })));
    expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('a name of 10 kB is cut in the title, and the page stays small', () => {
    const run = storedRun();
    const page = reportPage({ ...run, result: { ...run.result, name: 'x'.repeat(10_000) } });
    expect(page.length).toBeLessThan(300_000);
    expect(page).not.toContain('x'.repeat(200));
  });
});

test('a long run with many operations stays below 300 kB', () => {
  // Latencies of every magnitude in every slice: nothing about the pictures can be packed away.
  const noisy = (slice: number) =>
    Array.from({ length: 60 }, (_, index) => 100 + ((slice * 7919 + index * 104_729) % 9973) ** 2);
  const operation = someOperation(risingSamples(2000, 200, 40_000), 1e9);
  const run = {
    operations: { read: operation, write: operation, remap: operation, unremap: operation },
    intervals: Array.from({ length: 600 }, (_, index) =>
      someInterval('measure', index * 1e9, (index + 1) * 1e9, {
        read: noisy(index),
        write: noisy(index + 1),
      }),
    ),
    slices: Array.from({ length: 100 }, (_, index) => {
      const slice = someSlice('measure', index * 6e9, (index + 1) * 6e9, index * 1e6, noisy(index));
      const { read } = slice.rows;
      return { ...slice, rows: { ...slice.rows, write: read, remap: read, unremap: read } };
    }),
  };
  const page = reportPage(storedRun({ run }));
  expect(page.length).toBeLessThan(300_000);
  expect(textOf(page)).toContain('540 intervals more in result.json');
});

describe('sections that have nothing to show say why', () => {
  const pageOf = (input: Input) => textOf(reportPage(storedRun(input)));

  test('no thresholds, no plan, no repeats, no baseline', () => {
    const text = pageOf({});
    expect(text).toContain('The scenario sets no thresholds.');
    expect(text).toContain('The load is closed');
    expect(text).toContain('there is no band over repeats');
    expect(text).toContain('No baseline was named');
  });

  test('no cache, no lock', () => {
    const text = pageOf({
      plan: { allocator: { kind: 'bitmap' } },
      run: { cache: null, allocationLock: { acquisitionCount: 0 } },
    });
    expect(text).toContain('The allocator of this scenario has no cache.');
    expect(text).toContain('was never taken');
  });

  test('details that are not there', () => {
    const text = textOf(reportPage({ ...storedRun(), details: null }));
    expect(text.match(/details\.json is missing or damaged/g)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('a run with collisions', () => {
  const claims = [
    {
      kind: 'claim' as const,
      order: 0,
      thread: 0,
      lba: 100,
      spare: 5,
      issueNs: 1000,
      completionNs: 2000,
    },
    {
      kind: 'claim' as const,
      order: 1,
      thread: 1,
      lba: 700,
      spare: 5,
      issueNs: 3000,
      completionNs: 4000,
    },
    {
      kind: 'claim' as const,
      order: 2,
      thread: 0,
      lba: 101,
      spare: 6,
      issueNs: 5000,
      completionNs: 6000,
    },
    {
      kind: 'claim' as const,
      order: 3,
      thread: 1,
      lba: 701,
      spare: 6,
      issueNs: 7000,
      completionNs: 8000,
    },
  ];
  const run = storedRun({ run: { claims }, verdicts: [brokenVerdict('collisions', 2)] });
  const text = textOf(reportPage(run));

  test('says where on the map, and who the two owners were', () => {
    expect(text).toContain('2 had two owners, between spare 5 and spare 6');
    expect(text).toMatch(/5 to 6\s+2\s+row 1, column 6/);
    expect(text).toContain('thread 0: LBA 100 to 101, from 2.000µs to 6.000µs');
    expect(text).toContain('thread 1: LBA 700 to 701, from 4.000µs to 8.000µs');
    expect(reportPage(run).match(/class="ring"/g)).toHaveLength(2);
  });

  test('shows what led to each violation that is quoted', () => {
    expect(text).toMatch(
      /claims spare 5 for LBA 100[\s\S]*claims spare 5 for LBA 700\s+← it has an owner already/,
    );
  });
});

describe('latency over time', () => {
  const heatOf = (run: StoredRun): string =>
    reportPage(run).split('<section id="heat"')[1]?.split('</section>')[0] ?? '';

  test('is of response times where arrivals are planned, and of service times elsewhere', () => {
    const read = someOperation(risingSamples(1000, 1_000_000, 1000), 4_096_000);
    const planned = { ...read, response: risingSamples(1000, 9_000_000, 1000) };
    expect(heatOf(storedRun())).toContain('>service time</text>');
    const heat = heatOf(storedRun({ run: { operations: { read: planned } } }));
    expect(heat).toContain('>response time</text>');
    expect(heat).not.toContain('>service time</text>');
  });

  test('shows when the device was to stand still, and what happened to it', () => {
    const run = storedRun({
      run: { events: [{ plannedNs: 1e6, takenNs: 1e6, text: 'spares 7 to 9 fail' }] },
    });
    const endNs = run.details?.slices.endNs.at(-1) as number;
    const stalls = [{ at: `${endNs / 2}ns`, for: '1h' }];
    const stalled = { ...run.result, scenario: { device: { stalls } } };
    // The warm-up, and the stall.
    expect(heatOf(run).match(/class="zone"/g)).toHaveLength(1);
    expect(heatOf({ ...run, result: stalled }).match(/class="zone"/g)).toHaveLength(2);
    expect(heatOf(run)).toContain('spares 7 to 9 fail');
    expect(heatOf(run).match(/class="event device" transform/g)).toHaveLength(1);
  });

  test('takes any text for a stall, and draws nothing of what is none', () => {
    const run = storedRun();
    for (const stalls of [
      [{ at: 'now', for: '1s' }],
      [{ at: '0s', for: '1ns', every: '1ns' }],
      7,
    ]) {
      const result = { ...run.result, scenario: { device: { stalls } } };
      expect(heatOf({ ...run, result }).match(/class="zone"/g)).toHaveLength(1);
    }
  });
});

test('repeats make a band, a baseline a dashed line', () => {
  const run = storedRun();
  const other = {
    name: 'another-run',
    result: someResult({ plan: { seed: 43 } }),
    details: someDetails({ operations: { read: { service: risingSamples(900, 900_000, 900) } } }),
  };
  const page = reportPage({ ...run, repeats: [other], baseline: other });
  expect(page).toContain('<path class="band s-read"');
  expect(page).toContain('<path class="line baseline s-read"');
  expect(textOf(page)).toContain('(seeds 43, 42)');
  expect(textOf(page)).toContain('Baseline: another-run.');
});

test('of a baseline of several runs the median is drawn', () => {
  const run = storedRun();
  const taking = (ns: number) => ({
    name: `run-${ns}`,
    result: someResult(),
    details: someDetails({ operations: { read: { service: risingSamples(900, ns, 1) } } }),
  });
  const [fast, middle, slow] = [taking(100_000), taking(5_000_000), taking(90_000_000)];
  const dashed = (baseline: NonNullable<StoredRun['baseline']>): string | undefined =>
    /line baseline s-read" d="([^"]*)"/.exec(
      reportPage({ ...run, baseline }).split('<section id="percentiles"')[1] ?? '',
    )?.[1];
  const several = { ...slow, name: 'base', runs: [slow, fast, middle] };
  const places = (path: string | undefined) => path?.split(/[ML]/).length;
  expect(places(dashed(several))).toBe(places(dashed(middle)));
  const page = reportPage({ ...run, baseline: several });
  expect(textOf(page)).toContain('Baseline: base, the median of its 3 runs at each percentile.');
  const drawn = (page.match(/"name":"read, baseline"[^\]]*\]/) ?? [''])[0];
  const [, first] = /"values":\[([\d.e+]+)/.exec(drawn) ?? [];
  expect(Number(first)).toBeGreaterThan(4_900_000);
  expect(Number(first)).toBeLessThan(5_100_000);
});

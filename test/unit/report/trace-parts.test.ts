import { describe, expect, test } from 'vitest';
import type { TraceReplayRecord } from '../../../src/record/run-record.ts';
import { FORMATS, rendered } from '../../../src/report/formats.ts';
import { reportPage } from '../../../src/report/html/page.ts';
import { markdownSummary } from '../../../src/report/markdown.ts';
import type { StoredRun } from '../../../src/report/stored-run.ts';
import { summaryText } from '../../../src/report/terminal.ts';
import { recordingParts, traceParts } from '../../../src/report/trace-parts.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';
import { tagsIn } from '../../support/page.ts';
import { seriesIn } from '../../support/prometheus.ts';
import { someDetails, someResult } from '../../support/run-record.ts';
import { elementsOf } from '../../support/xml.ts';

const trace: TraceReplayRecord = {
  ...{ file: '/t/x.csv', format: 'csv', sha256: '00', device: '', speed: null, fold: 'compact' },
  ...{ recordCount: 1, spanNs: 0, assign: 'round-robin', recordedSectorCount: 393_216 },
  ...{ starvedCount: 1234, starvedNs: 5e6, warnings: [] },
};

test('a replay is told by what it was of, how fast, by whom, where to, and how its reader did', () => {
  expect(traceParts(someResult({ run: { trace } }))).toEqual([
    'csv',
    '1 record without times',
    'as fast as possible',
    'round-robin',
    'compacted from 393,216 sectors',
    'waited 1,234 times for its reader, 5.00ms in all',
  ]);
  const iolog: TraceReplayRecord = {
    ...trace,
    ...{ format: 'fio-iolog-v3', device: 'disk0', fold: 'none' },
  };
  const timed = { ...iolog, recordCount: 20_000, spanNs: 2e9, speed: 2, starvedCount: 0 };
  expect(traceParts(someResult({ run: { trace: timed } }))).toEqual([
    'fio-iolog-v3 of disk0',
    '20,000 records recorded in 2.00s',
    'speed 2',
    'round-robin',
    'never waited for its reader',
  ]);
  expect(traceParts(someResult())).toEqual([]);
});

test('text, Markdown and page tell it alike, and harmlessly', () => {
  const nasty = { ...trace, device: '<b>\u001b[2J', starvedCount: 7 };
  const result = someResult({ run: { trace: nasty } });
  const options = { color: false, unicode: true, width: 100, resultPath: 'r', reportPath: 'r' };
  const page = reportPage({ result, details: null, repeats: [] });
  for (const text of [summaryText(result, options), markdownSummary(result), page]) {
    expect(text).toContain('waited 7 times for its reader, 5.00ms in all');
    expect(text).not.toContain('\u001b');
  }
  expect(page).not.toContain('of <b>');
});

test('a recording is told by its file and what is in it, and what is not', () => {
  const whole = {
    file: 'x',
    operationCount: 5000,
    leftOutCount: 0,
    unloggedCount: 0,
    problem: null,
  };
  const partsOf = (recording: typeof whole) => recordingParts(someResult({ run: { recording } }));
  expect(partsOf(whole)).toEqual(['x', '5,000 operations']);
  expect(partsOf({ ...whole, leftOutCount: 7, unloggedCount: 9 })).toEqual([
    'x',
    '5,000 operations',
    '7 that are no I/O left out',
    '9 found no room',
  ]);
  expect(recordingParts(someResult())).toEqual([]);
});

describe('whatever a trace, its device or a recording is called, every format has it as text', () => {
  const storedWith = (name: string): StoredRun => {
    const recording = { ...{ file: name, operationCount: 5, leftOutCount: 0 }, unloggedCount: 0 };
    const run = {
      trace: { ...trace, file: name, device: name, warnings: [`${name} has no times`] },
      recording: { ...recording, problem: `${name}: no space left` },
    };
    const input = { run, sourceFile: name };
    return { result: someResult(input), details: someDetails(run), repeats: [] };
  };
  const harmless = tagsIn(rendered('html', [{ run: storedWith('a'), path: 'a' }]));

  test.each(HOSTILE_NAMES)('%s', (_, name) => {
    const run = storedWith(name);
    const texts = new Map(
      FORMATS.map((format) => [format, rendered(format, [{ run, path: name }])]),
    );
    for (const [format, text] of texts) {
      expect([format, /[^\P{Cc}\n]|\p{Cf}|\p{Cs}/u.test(text)]).toEqual([format, false]);
    }
    expect(tagsIn(texts.get('html') as string)).toEqual(harmless);
    expect((texts.get('html') as string).length).toBeLessThan(300_000);
    elementsOf(texts.get('junit') as string);
    seriesIn(texts.get('prometheus') as string);
    // Markup in Markdown is markup, but for lines that are code.
    const prose = texts
      .get('markdown')
      ?.split('\n')
      .filter((line) => !line.startsWith('    '));
    expect(/<\/?(script|title|img)/.test(prose?.join('\n') ?? '<img')).toBe(false);
    JSON.parse(texts.get('fio') as string);
  });
});

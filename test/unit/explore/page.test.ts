import { expect, test } from 'vitest';
import {
  type Counterexample,
  PAGE_MARK,
  type Page,
  renderCounterexample,
  renderPage,
  type TracedStep,
} from '../../../src/explore/index.ts';

/**
 * Goal: the page of a counterexample says what the text and the JSON say, is one file that loads
 * and runs nothing, shows foreign text as text, and stays small however long the execution was.
 *
 * Not covered: how it looks.
 */
function step(thread: number, index: number, change: Partial<TracedStep> = {}): TracedStep {
  return {
    thread,
    file: 'src/device/cache.ts',
    line: 100 + index,
    place: 'Cache.#refill',
    access: 'read',
    word: 'count',
    before: 0,
    after: 0,
    preempts: false,
    matters: true,
    ...change,
  };
}

const EXAMPLE: Counterexample = {
  name: 'cached~a-a',
  fault: { kind: 'double grant', text: 'Spare 0 was given to thread 0 while thread 1 had it.' },
  schedule: 'x1.0badcafe.cached~a-a.A2B2A1',
  preemptions: 1,
  threadCount: 2,
  steps: [
    step(0, 0, { matters: false, word: 'lock', access: 'change', after: 1 }),
    step(0, 1),
    step(1, 2, { preempts: true, access: 'write', after: 2 }),
    step(1, 3, { matters: false, word: 'ring[0]' }),
    step(0, 4, { access: 'write', before: 2, after: 1 }),
  ],
  events: [{ thread: 1, step: 3, text: 'allocate: spare 0' }],
  unfinished: [],
  window: { thread: 0, from: 1, to: 4, words: ['count'], text: '' },
  races: [
    {
      word: 'count',
      places: [
        { file: 'src/device/cache.ts', line: 101, access: 'read' },
        { file: 'src/device/cache.ts', line: 102, access: 'write' },
      ],
    },
  ],
};

const PAGE: Page = {
  title: 'double-refill',
  verdict: 'fail',
  mark: 'bad',
  conclusion: 'Double grant found, and none was expected.',
  facts: [{ name: 'explored', lines: ['1 program, 3 executions'] }],
  notCovered: ['Larger programs than these.'],
  example: EXAMPLE,
  replayWith: 'npx sparestorm explore a.yaml --replay x1.0badcafe.cached~a-a.A2B2A1',
  realThreads: 'seen on 2 real threads once in 10 runs',
  madeBy: ['sparestorm 1.2.3', 'sources 0badcafe'],
};

/** What a reader without styles is shown. */
function readable(html: string): string {
  return html
    .slice(html.indexOf('<body>'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('a row a step that matters, each in the lane of its thread', () => {
  const html = renderPage(PAGE);
  const rows = [...html.matchAll(/<tr>(<th scope="row">.*?)<\/tr>/g)].map(([, row]) =>
    (row as string).replace(/<[^>]*data-lane="(T\d)"[^>]*>/g, '$1: ').replace(/<[^>]*>/g, ' '),
  );
  expect(rows.map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
    'T0: … 1 access',
    '1 T0: read count = 0 cache.ts:101 #refill ▼ critical window opens',
    'T0: ‖ put aside (pre-emption)',
    '2 T1: write count 0 → 2 cache.ts:102 #refill ! changed inside the window',
    'T1: … 1 access',
    'T1: = allocate: spare 0',
    'T1: ‖ at its end',
    '4 T0: write count 2 → 1 cache.ts:104 #refill ▲ critical window closes',
  ]);
});

test('verdict, fault, window, races, replay line, what was covered and by what', () => {
  const text = readable(renderPage(PAGE));
  for (const part of [
    '✗ Double grant found, and none was expected.',
    'Verdict: fail',
    'Spare 0 was given to thread 0 while thread 1 had it.',
    'Critical window : T0, steps 1 to 4, between src/device/cache.ts:101 and src/device/cache.ts:104',
    'npx sparestorm explore a.yaml --replay x1.0badcafe.cached~a-a.A2B2A1',
    'Real threads: seen on 2 real threads once in 10 runs.',
    '1 pair of places in this interleaving',
    'All 5 steps',
    '3 T1 src/device/cache.ts:103 read ring[0] = 0',
    'explored 1 program, 3 executions',
    'Larger programs than these.',
    'sparestorm 1.2.3 · sources 0badcafe',
  ]) {
    expect(text).toContain(part);
  }
});

test('text and page show the same steps and values', () => {
  const inText = [...renderCounterexample(EXAMPLE).matchAll(/cache:(\d+) (.+)$/gm)];
  const html = renderPage(PAGE);
  expect(inText.slice(0, 3).map(([, line, rest]) => `${line} ${rest}`)).toEqual([
    '101 read count = 0',
    '102 write count 0 → 2',
    '104 write count 2 → 1',
  ]);
  expect([...html.matchAll(/<span class="values">(.*?)<\/span>/g)].map((one) => one[1])).toEqual([
    '= 0',
    '0 → 2',
    '2 → 1',
  ]);
});

test('nothing is loaded and nothing runs', () => {
  const html = renderPage(PAGE);
  expect(html.startsWith(PAGE_MARK)).toBe(true);
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(html).not.toMatch(
    /<script|\son\w+=|javascript:|<link|<img|<iframe|@import|url\(|https?:/i,
  );
  expect(html).toMatch(/prefers-color-scheme: dark/);
  expect(html).toMatch(/@media print/);
});

test.each([
  ['title', { title: HOSTILE() }],
  ['conclusion', { conclusion: HOSTILE() }],
  ['facts', { facts: [{ name: HOSTILE(), lines: [HOSTILE()] }] }],
  ['limits', { notCovered: [HOSTILE()] }],
  ['replay line', { replayWith: HOSTILE() }],
  ['real threads', { realThreads: HOSTILE() }],
  ['maker', { madeBy: [HOSTILE()] }],
  ['example', { example: hostileExample() }],
] as [string, Partial<Page>][])('foreign text in the %s is text', (_, change) => {
  const html = renderPage({ ...PAGE, ...change });
  expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  expect(html).not.toMatch(/<img|<\/pre><b>/);
  // What would turn the line round is spelled out.
  expect(html).toContain('\\u{202e}');
  expect(html).not.toContain('\u202e');
  expect(html).not.toContain('\u0007');
});

test('tags are balanced, whatever the text', () => {
  for (const page of [PAGE, { ...PAGE, title: HOSTILE(), example: hostileExample() }]) {
    const open: string[] = [];
    const html = renderPage(page).replace(/<style>[\s\S]*?<\/style>/, '');
    for (const [, slash, name, , isVoid] of html.matchAll(/<(\/?)([a-z0-9]+)([^>]*?)(\/?)>/g)) {
      if (isVoid === '/' || ['meta', 'br'].includes(name as string)) continue;
      if (slash === '') open.push(name as string);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  }
});

test('an execution of twenty thousand steps leaves the page below 300 kB, and says what is left out', () => {
  const steps = Array.from({ length: 20_000 }, (_, index) => step(index % 2, index));
  const races = Array.from({ length: 5000 }, () => EXAMPLE.races[0] as (typeof EXAMPLE.races)[0]);
  const html = renderPage({ ...PAGE, example: { ...EXAMPLE, steps, races, window: null } });
  expect(html.length).toBeLessThan(300_000);
  expect(html).toContain('rows left out');
  expect(html).toContain('18800 steps left out');
  expect(html).toContain('and 4800 more');
});

test('without a failure the page still says what was explored', () => {
  const html = renderPage({ ...PAGE, mark: 'good', verdict: 'pass-exhaustive', example: null });
  expect(readable(html)).toContain('1 program, 3 executions');
  expect(html).not.toContain('class="lanes"');
});

function HOSTILE(): string {
  return '<img src=x onerror="alert(1)"></pre><b>\u202e\u0007 & \'';
}

function hostileExample(): Counterexample {
  const text = HOSTILE();
  const place = { file: text, line: 1, access: text };
  return {
    ...EXAMPLE,
    name: text,
    fault: { kind: 'double grant', text },
    steps: EXAMPLE.steps.map((one) => ({ ...one, file: text, place: text, word: text })),
    events: [{ thread: 1, step: 3, text }],
    window: { thread: 0, from: 1, to: 4, words: [text], text },
    races: [{ word: text, places: [place, place] }],
  };
}

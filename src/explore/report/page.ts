import type { Counterexample, CriticalWindow, RacingPlace, TracedStep } from './counterexample.ts';
import { escaped } from './html.ts';
import { laneDrawing } from './overview.ts';
import { PAGE_STYLE } from './page-style.ts';
import { counted, type Row, rowsOf, valuesText } from './rows.ts';

/** A line of a report with the name it stands under. */
export interface Fact {
  readonly name: string;
  readonly lines: readonly string[];
}

/** What a page tells. All but the example is text that is shown as it is. */
export interface Page {
  readonly title: string;
  /** `pass-exhaustive` and the like. */
  readonly verdict: string;
  /** Whether that is what was wished for; open: no answer. */
  readonly mark: 'good' | 'bad' | 'open';
  /** What it came to, in one sentence. */
  readonly conclusion: string;
  readonly facts: readonly Fact[];
  /** What the verdict says nothing of. */
  readonly notCovered: readonly string[];
  readonly example: Counterexample | null;
  /** What to type to see the example again. */
  readonly replayWith: string | null;
  /** Whether real threads showed it. */
  readonly realThreads: string | null;
  /** Program, version, fingerprint of the sources: whatever says what this was made from. */
  readonly madeBy: readonly string[];
}

/** By this a file is known to be a page of ours, and may be written anew. */
export const PAGE_MARK = '<!doctype html>\n<!-- sparestorm explore -->';

/** Rows of the lanes, and lines of the full list, above which the middle is left out. */
const ROWS_MOST = 400;
const LINES_MOST = 1200;
/** Pairs of places listed. */
const RACES_MOST = 200;
const SIGNS = { good: '✓', bad: '✗', open: '?' } as const;

/**
 * An exploration as one HTML file: nothing is loaded from elsewhere and nothing in it runs, so it
 * can be kept, sent and printed. A lane a thread, a row an access that matters; the rest is counted
 * there and listed below.
 */
export function renderPage(page: Page): string {
  const { title, verdict, mark, conclusion, example } = page;
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(`${title}: ${verdict}`)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
  ];
  const body = [
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    `<div class="verdict ${mark}"><p><strong>${SIGNS[mark]} ${escaped(conclusion)}</strong></p>`,
    `<p>Verdict: <code>${escaped(verdict)}</code></p></div>`,
    ...(example === null ? [] : exampleParts(example, page)),
    '<h2>What was explored</h2>',
    factList(page.facts),
    ...notCoveredParts(page.notCovered),
    '</main>',
    `<footer class="soft">${page.madeBy.map(escaped).join(' · ')}</footer>`,
  ];
  return [
    PAGE_MARK,
    '<html lang="en">',
    `<head>\n${head.join('\n')}\n</head>`,
    `<body>\n${body.join('\n')}\n</body>`,
    '</html>\n',
  ].join('\n');
}

function factList(facts: readonly Fact[]): string {
  const entries = facts.map(({ name, lines }) => {
    const shown = lines.map(escaped).join('\n');
    return `<dt>${escaped(name)}</dt><dd>${shown}</dd>`;
  });
  return `<dl>${entries.join('\n')}</dl>`;
}

function notCoveredParts(sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const items = sentences.map((sentence) => `<li>${escaped(sentence)}</li>`);
  return ['<h2>What was not</h2>', `<ul>${items.join('')}</ul>`];
}

function exampleParts(example: Counterexample, { replayWith, realThreads }: Page): string[] {
  const { fault, steps, preemptions, name, window } = example;
  return [
    `<h2>${escaped(fault.kind)}</h2>`,
    `<p>${escaped(fault.text)}</p>`,
    `<p class="soft">${counted(steps.length, 'step')}, ${counted(preemptions, 'pre-emption')}, ` +
      `program <code>${escaped(name)}</code></p>`,
    ...(window === null ? [] : [windowText(window, steps)]),
    ...(replayWith === null
      ? []
      : [
          '<p>To see it again:</p>',
          `<pre class="command"><code>${escaped(replayWith)}</code></pre>`,
        ]),
    ...(realThreads === null ? [] : [`<p>Real threads: ${escaped(realThreads)}.</p>`]),
    '<h2>The whole execution</h2>',
    overview(example),
    '<h2>The accesses that matter</h2>',
    lanes(example),
    ...racesParts(example),
    fullList(example),
  ];
}

function windowText(
  { thread, from, to, words }: CriticalWindow,
  steps: readonly TracedStep[],
): string {
  const place = (index: number) => `<code>${escaped(placeText(steps[index]))}</code>`;
  return (
    `<p><b>Critical window</b>: T${thread}, steps ${from} to ${to}, between ${place(from)} and ` +
    `${place(to)}. Meanwhile another thread touched ` +
    `${words.map((word) => `<code>${escaped(word)}</code>`).join(', ')}.</p>`
  );
}

function overview(example: Counterexample): string {
  const { threadCount, steps, window } = example;
  const rows = threadsOf(threadCount).map(
    (thread) =>
      `<b class="t${thread}">T${thread}</b><div class="t${thread}">` +
      `${laneDrawing(example, thread)}</div>`,
  );
  const last = Math.max(0, steps.length - 1);
  const key = window === null ? '' : '<i class="window"></i>critical window';
  return (
    `<div class="overview">${rows.join('\n')}<span></span>` +
    `<div class="scale soft"><span>step 0</span><span>step ${last}</span></div></div>\n` +
    `<p class="soft key">A bar: the thread runs.<i class="tick"></i>an access that matters${key}</p>`
  );
}

function lanes(example: Counterexample): string {
  const { threadCount, fault } = example;
  const names = threadsOf(threadCount).map(
    (thread) => `<th scope="col" class="t${thread}">T${thread}</th>`,
  );
  const shown = withoutMiddle(rowsOf(example, false), ROWS_MOST, (left) => ({ left }));
  const rows = shown.map((row) =>
    'left' in row
      ? `<tr><th></th><td colspan="${threadCount}">… ${row.left} rows left out</td></tr>`
      : laneRow(row, example),
  );
  return (
    `<table class="lanes"><thead><tr><th scope="col">step</th>${names.join('')}</tr></thead>\n` +
    `<tbody>${rows.join('\n')}\n<tr><th></th><td class="fault" colspan="${threadCount}">` +
    `${SIGNS.bad} ${escaped(fault.kind)}: ${escaped(fault.text)}</td></tr></tbody></table>`
  );
}

function laneRow(row: Row, example: Counterexample): string {
  const { window, threadCount } = example;
  const [first, last] = spanOf(row);
  const cells = threadsOf(threadCount).map((thread) => {
    const isOwn = thread === row.thread;
    const isInWindow = window?.thread === thread && last >= window.from && first <= window.to;
    const names = [
      `t${thread}`,
      ...(isOwn ? [row.kind] : []),
      ...(isInWindow ? ['in-window'] : []),
    ].join(' ');
    const lane = isOwn ? ` data-lane="T${thread}"` : '';
    return `<td class="${names}"${lane}>${isOwn ? cellText(row, example) : ''}</td>`;
  });
  return `<tr><th scope="row">${row.kind === 'access' ? row.index : ''}</th>${cells.join('')}</tr>`;
}

/** First and last step that a row stands for. */
function spanOf(row: Row): readonly [number, number] {
  if (row.kind === 'folded') return [row.from, row.to];
  // What is said between two steps belongs to both.
  return row.kind === 'switch' ? [row.index - 1, row.index] : [row.index, row.index];
}

function cellText(row: Row, example: Counterexample): string {
  switch (row.kind) {
    case 'access': {
      const { step } = row;
      return (
        `<span class="code">${escaped(step.access)} ${escaped(step.word)} ` +
        `<span class="values">${valuesText(step)}</span></span>` +
        `<span class="place code" title="${escaped(`${step.file} ${step.place}`)}">` +
        `${escaped(`${fileName(step)} ${methodName(step)}`)}</span>${windowTags(row, example)}`
      );
    }
    case 'folded':
      return `… ${row.count} ${row.count === 1 ? 'access' : 'accesses'}${windowTags(row, example)}`;
    case 'answer':
      return `<b>= ${escaped(row.text)}</b>`;
    case 'switch':
      return row.why === 'put aside' ? '‖ put aside (pre-emption)' : `‖ ${row.why}`;
  }
}

/** What the critical window has to do with the row. */
function windowTags(row: Row, { window }: Counterexample): string {
  if (window === null) return '';
  const [first, last] = spanOf(row);
  const tags: string[] = [];
  const has = (index: number) => row.thread === window.thread && first <= index && index <= last;
  if (has(window.from)) tags.push('▼ critical window opens');
  if (has(window.to)) tags.push('▲ critical window closes');
  if (row.kind === 'access' && row.thread !== window.thread) {
    const { word, before, after } = row.step;
    const isInside = row.index > window.from && row.index < window.to;
    if (isInside && before !== after && window.words.includes(word)) {
      tags.push('! changed inside the window');
    }
  }
  return tags.map((tag) => `<em>${tag}</em>`).join('');
}

function racesParts({ races }: Counterexample): string[] {
  if (races.length === 0) {
    return ['<h2>Data races</h2>', '<p>None in this interleaving.</p>'];
  }
  const cell = (place: RacingPlace) =>
    `<td class="code">${escaped(place.access)} ${escaped(placeText(place))}</td>`;
  const rows = races
    .slice(0, RACES_MOST)
    .map(
      ({ word, places: [one, other] }) =>
        `<tr><td class="code">${escaped(word)}</td>${cell(one)}${cell(other)}</tr>`,
    );
  const left = races.length - rows.length;
  return [
    '<h2>Data races</h2>',
    `<details><summary>${counted(races.length, 'pair')} of places in this interleaving that ` +
      'nothing orders</summary>',
    '<table class="races"><thead><tr><th>word</th><th>first</th><th>then</th></tr></thead>',
    `<tbody>${rows.join('\n')}</tbody></table>`,
    ...(left > 0 ? [`<p class="soft">… and ${left} more</p>`] : []),
    '</details>',
  ];
}

function fullList({ steps }: Counterexample): string {
  const lines = withoutMiddle(
    steps.map((step, index) => {
      const values = valuesText(step);
      return `${String(index).padStart(5)}  T${step.thread}  ${placeText(step)}  ${step.access} ${step.word} ${values}`;
    }),
    LINES_MOST,
    (left) => `       … ${left} steps left out`,
  );
  return (
    `<details><summary>All ${counted(steps.length, 'step')}</summary>\n` +
    `<pre>${escaped(lines.join('\n'))}</pre></details>`
  );
}

/** The list, or its two ends with something that says how much is left out between them. */
function withoutMiddle<T, Gap>(list: readonly T[], most: number, gap: (left: number) => Gap) {
  if (list.length <= most) return list;
  const half = Math.floor(most / 2);
  const left = list.length - 2 * half;
  return [...list.slice(0, half), gap(left), ...list.slice(-half)] as readonly (T | Gap)[];
}

function placeText(place: { readonly file: string; readonly line: number } | undefined): string {
  return `${place?.file}:${place?.line}`;
}

/** Without its folders; the list of all steps has them. */
function fileName({ file, line }: TracedStep): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}

/** `Class.method` without the class. */
function methodName({ place }: TracedStep): string {
  return place.slice(place.lastIndexOf('.') + 1);
}

function threadsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, thread) => thread);
}

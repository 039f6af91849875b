/**
 * Writes the figures of docs/performance.md from documents of the benches, one a Node version:
 *
 *     npm run --silent bench -- --json > 20.json
 *     /path/to/node24 dist/test/bench/main.js --json > 24.json
 *     node docs/performance.mjs 20.json 24.json
 *
 * The first has all rows: its figures are shown. Of the others only the ratios are.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table, withPart } from './parts.mjs';

const PAGE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/performance.md');
/** As in the benches: above this share of the machine in other hands no figure is worth much. */
const BUSY = 0.06;

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: node docs/performance.mjs FULL.json [OTHER.json …]\n');
  process.exit(2);
}
const documents = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const [full] = documents;
if (full.quick) {
  process.stderr.write(`${files[0]} is of the quick form: the first must have all rows\n`);
  process.exit(2);
}

const PARTS = {
  setup: setup(),
  ratios: ratios(),
  load: figures(/^(null|512|4k|128k)\./),
  checks: `${figures(/^strict\./)}\n\n${figures(/^verified\./)}`,
  allocation: figures(/^allocate\./),
  pairs: figures(/^pair\./),
  locks: locks(),
  parts: figures(/^(clock|histogram|random|address-\w+|merge)$/),
  looking: figures(/^(panel|sampling)$/),
  start: figures(/^(start|memory)\./),
};
let page = readFileSync(PAGE, 'utf8');
for (const [name, part] of Object.entries(PARTS)) page = withPart(page, name, part, PAGE);
writeFileSync(PAGE, page);

function setup() {
  const { machine, programs, date } = full;
  const runs = documents.map(({ node, quick, rounds, othersShare }) => {
    const share = othersShare === null ? 'unknown' : `${(100 * othersShare).toFixed(1)} %`;
    const form = quick ? 'quick form' : 'all rows';
    return `Node ${node.slice(1)}: ${form}, rounds: ${rounds}; others used ${share} of the machine.`;
  });
  const compiler = programs.compiler ?? 'no C compiler';
  const fio = programs.fio ?? 'no fio';
  const lines = [
    `Figures of ${date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${machine.kernel};`,
    `${compiler}; ${fio}.`,
    ...runs,
  ];
  const isBusy = documents.some(({ othersShare }) => othersShare !== null && othersShare > BUSY);
  if (isBusy)
    lines.push('The machine was busy with something else: **these are not to be quoted.**');
  return lines.join('\n');
}

function ratios() {
  const majors = documents.map(({ node }) => `Node ${node.slice(1).split('.')[0]}`);
  const [first, ...others] = majors;
  const ids = [...new Set(documents.flatMap((document) => Object.keys(document.ratios)))];
  const rows = ids.map((id) => {
    const found = documents.map((document) => document.ratios[id]);
    const known = found.filter((ratio) => ratio !== undefined);
    const bars = [...new Set(known.map(({ bar }) => (bar === null ? '' : String(bar))))];
    const [mine, ...theirs] = found;
    return [
      known[0].title,
      bars.join('; '),
      judged(mine),
      mine === undefined ? '' : `${digits(mine.min)} … ${digits(mine.max)}`,
      ...theirs.map(judged),
    ];
  });
  return numbers(['', 'bar', first, 'range', ...others], rows);
}

/** In italics what is below its bar. */
function judged(ratio) {
  if (ratio === undefined) return '';
  const isShort = ratio.bar !== null && !ratio.isReached;
  return isShort ? `*${digits(ratio.value)}*` : digits(ratio.value);
}

/** Median and range of the rows whose id matches, one column a program. */
function figures(pattern) {
  const rows = full.rows.filter(({ id }) => pattern.test(id));
  const names = [...new Set(rows.flatMap(({ subjects }) => Object.keys(subjects)))];
  const cells = rows.map(({ title, unit, subjects }) => [
    title,
    unit,
    ...names.map((name) => {
      const figure = subjects[name];
      if (figure === undefined) return '';
      return `${digits(figure.median)} (${digits(figure.min)} … ${digits(figure.max)})`;
    }),
  ]);
  return numbers(['', 'unit', ...names], cells);
}

/** Throughput, waits and fairness of one kind of lock with so many threads, in a row. */
function locks() {
  const byId = new Map(full.rows.map((row) => [row.id, row]));
  const median = (id, name) => {
    const figure = byId.get(id)?.subjects[name];
    return figure === undefined ? '' : digits(figure.median);
  };
  const rows = full.rows.flatMap(({ id }) => {
    const match = /^lock\.(.+)\.(\d+)t$/.exec(id);
    if (match === null) return [];
    const readings = [id, ...['p50Ns', 'p99Ns', 'p999Ns', 'fairness'].map((key) => `${id}.${key}`)];
    const cells = readings.flatMap((key) => [median(key, 'sparestorm'), median(key, 'C')]);
    return [[match[1], match[2], ...cells]];
  });
  const columns = ['M/s', 'wait p50 ns', 'p99', 'p99.9', 'fairness'].flatMap((name) => [name, 'C']);
  return numbers(['lock', 'threads', ...columns], rows);
}

/** A table whose columns but the first are aligned to the right, so far as they hold numbers. */
function numbers(head, rows) {
  const lines = table(head, rows).split('\n');
  lines[1] = `| ${head.map((name, index) => (index === 0 || name === 'unit' ? '---' : '---:')).join(' | ')} |`;
  return lines.join('\n');
}

/** Three significant digits. */
function digits(value) {
  if (value === null || !Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

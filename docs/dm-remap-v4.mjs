/**
 * Measures what docs/dm-remap-v4.md answers, and writes the figures into it: every table there comes
 * from runs of the scenarios named above it. Takes some minutes, and its latencies are worth what
 * the machine is: give it one that has nothing else to do. `npm run build` comes first.
 *
 *     node docs/dm-remap-v4.mjs            all questions
 *     node docs/dm-remap-v4.mjs 3 8        these
 *
 * Counts of one thread are exact. Latencies are medians of several runs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exactCount } from '../dist/src/report/text.js';
import { formatNs, formatPercent } from '../dist/src/units.js';
import { block, table, withPart } from './parts.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGE = join(ROOT, 'docs/dm-remap-v4.md');
const CLI = join(ROOT, 'dist/src/cli/main.js');
const V4 = 'scenarios/dm-remap-v4';
const TIMED_RUNS = 5;

const out = mkdtempSync(join(tmpdir(), 'sparestorm-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

const QUESTIONS = {
  1: collisions,
  2: allocationCost,
  3: hitRates,
  4: ioOverhead,
  5: lookups,
  6: remapTails,
  7: manyBadSectors,
  8: usableSpares,
  9: scaling,
  10: crashes,
};

/** Everything corrected, for scenarios that are as published. */
const CORRECTED = {
  'allocator.protocol': 'guarded',
  'allocator.outerLock': false,
  'target.protocol': 'guarded',
  'remap.match': 'every-sector',
  'remap.lookup': 'hash',
  'remap.inFlight': 'drain',
};
const GUARDED_CACHE = { 'allocator.protocol': 'guarded', 'allocator.outerLock': false };

/** Questions whose counts no machine changes. */
const EXACT = ['3', '8'];

/** The machine as the first run of a question found it. */
let environment = null;

/** Results of one scenario, repeated with seeds that follow each other. */
function run(file, sets = {}, repeat = 1) {
  const { results } = json(['run', file, '--repeat', String(repeat), ...setWords(sets)]);
  environment ??= results[0].environment;
  return results;
}

function json(words) {
  const answer = sparestorm([...words, '--json', '--out', out]);
  if (answer.stdout === '') throw new Error(`${words.join(' ')}: ${answer.stderr}`);
  return JSON.parse(answer.stdout);
}

function sparestorm(words) {
  const env = { ...process.env, NO_COLOR: '1', LC_ALL: 'en_US.UTF-8' };
  const options = { cwd: ROOT, encoding: 'utf8', env, maxBuffer: 2 ** 28 };
  return spawnSync(process.execPath, [CLI, ...words], options);
}

function setWords(sets) {
  return Object.entries(sets).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The median over runs of a figure in nanoseconds, as text. */
function typical(results, figureOf) {
  return formatNs(median(results.map(figureOf)));
}

function countOf(result, name) {
  return result.checks.find((check) => check.name === name).count;
}

function collisions() {
  const geometries = [
    [
      '16384, 1000 of them by default',
      { 'device.spare.sectors': 16384, 'device.spare.limit': 1000 },
    ],
    ['16384', { 'device.spare.sectors': 16384 }],
    ['128Ki', {}],
  ];
  const repeat = 20;
  const row = (label, callers, results) => {
    const found = results.map((result) => countOf(result, 'collisions'));
    const share = median(results.map((result, i) => found[i] / result.allocation.granted));
    const reserved = results.filter((result) => countOf(result, 'reserved') > 0).length;
    return [
      label,
      callers,
      `${found.filter((count) => count > 0).length} of ${results.length}`,
      exactCount(median(found)),
      formatPercent(share),
      exactCount(Math.max(...found)),
      String(reserved),
      formatPercent(median(results.map(({ cache }) => cache.hitRate))),
    ];
  };
  const rows = geometries.flatMap(([label, sets]) =>
    [2, 4, 8].map((threads) =>
      row(
        label,
        String(threads),
        run(`${V4}/scripts/unlocked-cache-${threads}.yaml`, sets, repeat),
      ),
    ),
  );
  rows.push(
    row('32768', '4, by message', run(`${V4}/message-path.yaml`, {}, repeat)),
    row('128Ki', '4, corrected', run('scenarios/guarded.yaml', {}, repeat)),
  );
  return table(
    [
      'spares',
      'callers',
      'runs with a collision',
      'collisions, median',
      'share of grants',
      'most',
      'runs with metadata',
      'hit rate',
    ],
    rows,
  );
}

function allocationCost() {
  const tail = `${V4}/scripts/wrap-stall-tail.yaml`;
  const published = run(tail, {}, TIMED_RUNS);
  const corrected = run(tail, GUARDED_CACHE, TIMED_RUNS);
  const two = run('scenarios/claims/published-targets.yaml', {}, TIMED_RUNS);
  const failing = run('scenarios/claims/allocation-takes-no-time.yaml', {}, TIMED_RUNS);
  const failingCorrected = run(
    'scenarios/claims/allocation-takes-no-time.yaml',
    CORRECTED,
    TIMED_RUNS,
  );
  const keys = ['p50', 'p99', 'p99.9', 'p99.99'];
  const row = (label, results) => [
    label,
    ...keys.map((key) => typical(results, ({ allocation }) => allocation.service[key])),
  ];
  const floors = [...published, ...corrected];
  const clock = `a reading of the clock ${typical(floors, (one) => one.environment.clock.costNs)}`;
  const step = `its step ${typical(floors, (one) => one.environment.clock.stepNs)}`;
  const rows = [
    row('as published, 32768 spares used up by one thread', published),
    row('corrected, the same', corrected),
    row('as published, 2 threads, reads and writes beside it', two),
    row('as published, 1000 more calls than spares (16344)', failing),
    row('corrected, the same', failingCorrected),
  ];
  return [
    table(['', ...keys], rows),
    `Part of each figure: ${clock}; ${step}.`,
    'Where the time of a remap goes, without a process or thread in between:',
    budgetTable(),
  ].join('\n\n');
}

/** The steps of a remap message, and remap against ping on each path. */
function budgetTable() {
  const direct = json(['overhead', 'scenarios/overhead/direct.yaml']);
  const process = json(['overhead', 'scenarios/overhead/published-argument.yaml']);
  const steps = direct.budget.steps.map(({ step, ns, low, high }) => [
    step,
    formatNs(ns),
    `${formatNs(low)} to ${formatNs(high)}`,
  ]);
  const compared = [...direct.paths, ...process.paths, ...process.beside].map((path) => {
    const { comparison } = path.operations.find(({ operation }) => operation === 'remap');
    const { difference, marginOfErrorNs, detectableNs } = comparison;
    const found = `${formatNs(difference.estimate)} ± ${formatNs(marginOfErrorNs)}`;
    return [path.path, found, formatNs(detectableNs)];
  });
  return [
    table(['step of a remap', 'takes', '95 %'], steps),
    table(['path', 'remap − ping', 'detects'], compared),
  ].join('\n\n');
}

function hitRates() {
  const file = 'scenarios/claims/hit-rate-above-95.yaml';
  const row = (label, [result]) => {
    const { hits, misses, hitRate } = result.cache;
    return [label, exactCount(hits), exactCount(misses), formatPercent(hitRate)];
  };
  const sized = (spares, limit = 'none') =>
    run(file, {
      'device.sectors': '64Ki',
      'device.spare.sectors': spares,
      'device.spare.limit': limit,
    });
  const rows = [
    row(
      'the published experiment: one call',
      run('scenarios/claims/hit-rate-of-the-experiment.yaml'),
    ),
    row('100', sized(100)),
    row('512', sized(512)),
    row('16384, 1000 of them by default', sized(16384, 1000)),
    row('16384', sized(16384)),
    row('32768', sized(32768)),
  ];
  const eight = run(
    file,
    { 'allocator.outerLock': false, 'load.threads': 8, expect: 'collision' },
    20,
  ).map(({ cache }) => cache.hitRate);
  const worst = formatPercent(Math.min(...eight));
  return [
    table(['spares, one caller until exhausted', 'hits', 'misses', 'hit rate'], rows),
    `Eight callers without an outer lock on 100 spares, 20 runs: ${formatPercent(median(eight))} at the median, ${worst} at worst.`,
  ].join('\n\n');
}

function ioOverhead() {
  const file = 'scenarios/claims/lookup-within-5-percent.yaml';
  const points = [
    ['0', '[ping]', 1000],
    ['100', '[remap 0..99]', 1000],
    ['992', '[remap 0..991]', 1000],
    ['16344', '[remap 0..16343]', 'none'],
  ];
  const taken = points.map(([label, messages, limit]) => {
    const sets = { 'load.messages': messages, 'device.spare.limit': limit };
    return {
      label,
      published: run(file, sets, TIMED_RUNS),
      corrected: run(file, { ...sets, ...CORRECTED }, TIMED_RUNS),
    };
  });
  const p50 = (results) => median(results.map(({ operations }) => operations.read.service.p50));
  const none = { published: p50(taken[0].published), corrected: p50(taken[0].corrected) };
  const cells = (results, base) => {
    const ns = p50(results);
    return [formatNs(ns), formatPercent(ns / base - 1)];
  };
  const rows = taken.map(({ label, published, corrected }) => [
    label,
    ...cells(published, none.published),
    typical(published, ({ targetLock }) => targetLock.hold.p50),
    ...cells(corrected, none.corrected),
  ]);
  return table(
    [
      'live remaps',
      'read of 4 KiB, p50, as published',
      'over none',
      'target lock held by a lookup',
      'corrected',
      'over none',
    ],
    rows,
  );
}

function lookups() {
  const file = `${V4}/scripts/lookup-series.yaml`;
  const rows = [10, 100, 500, 1000, 4000, 10000, 16000].map((count) => {
    const messages = `[remap 0..${count - 1}, {repeat: 40, messages: [verify 30000..30999]}]`;
    const sets = { 'load.messages': messages, thresholds: '[]' };
    const lookup = (results) =>
      typical(results, ({ operations }) => operations.message.service.p50);
    return [
      exactCount(count),
      lookup(run(file, sets, TIMED_RUNS)),
      lookup(run(file, { ...sets, ...CORRECTED }, TIMED_RUNS)),
    ];
  });
  return table(['live remaps', 'a lookup as published, p50', 'by hash, p50'], rows);
}

function remapTails() {
  const keys = ['p50', 'p99', 'p99.9'];
  const row = (label, results) => [
    label,
    ...keys.map((key) => typical(results, ({ operations }) => operations.remap.service[key])),
  ];
  const beside = `${V4}/target/messages-beside-io.yaml`;
  const whole = 'scenarios/claims/remap-p99-below-10us.yaml';
  return table(
    ['remap message', ...keys],
    [
      row(
        '992, one after the other, as published',
        run('scenarios/claims/thousands-of-remaps-a-second.yaml', {}, TIMED_RUNS),
      ),
      row('992, beside reads and writes, as published', run(beside, {}, TIMED_RUNS)),
      row('the same, corrected', run(beside, CORRECTED, TIMED_RUNS)),
      row('16344, one after the other, as published', run(whole, {}, TIMED_RUNS)),
      row('the same, corrected', run(whole, CORRECTED, TIMED_RUNS)),
    ],
  );
}

function manyBadSectors() {
  return runList([...scenariosIn(`${V4}/faults`), 'scenarios/faults/growing.yaml']);
}

function scenariosIn(folder) {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => `${folder}/${name}`);
}

function crashes() {
  return runList(scenariosIn(`${V4}/metadata`));
}

/** The table that several runs end in. */
function runList(files) {
  const { stdout } = sparestorm(['run', ...files, '--no-progress', '--out', out]);
  return block('text', stdout.slice(stdout.search(/^RUNS /m)).trimEnd());
}

function usableSpares() {
  const file = 'scenarios/claims/every-spare-usable.yaml';
  const sizes = [
    [512, '256 KiB'],
    [4096, '2 MiB'],
    [16384, '8 MiB'],
    [32768, '16 MiB'],
    [65536, '32 MiB'],
    [1048576, '512 MiB'],
  ];
  const areas = sizes.flatMap(([sectors, size]) =>
    (sectors < 16384 ? ['v4-dynamic', 'none'] : ['v4-dynamic', 'v4-fixed', 'none']).map(
      (placement) => ({ label: `${sectors} (${size})`, placement, sectors, limit: 'none' }),
    ),
  );
  areas.push({ label: '4224, limit 1064', placement: 'v4-dynamic', sectors: 4224, limit: 1064 });
  const rows = areas.map(({ label, placement, sectors, limit }) => {
    const sets = {
      'device.sectors': '2Mi',
      'device.spare.sectors': sectors,
      'device.spare.placement': placement,
      'device.spare.limit': limit,
      thresholds: '[]',
    };
    const [published] = run(file, sets);
    const [corrected] = run(file, { ...sets, ...GUARDED_CACHE });
    return [
      label,
      placement,
      exactCount(published.spares.allocatable),
      exactCount(published.allocation.granted),
      exactCount(countOf(published, 'false exhaustion')),
      exactCount(corrected.allocation.granted),
    ];
  });
  return table(
    ['sectors', 'placement', 'allocatable', 'as published', 'out of reach', 'corrected'],
    rows,
  );
}

function scaling() {
  const allocators = [
    ['cached, as published, under the target lock', {}],
    ['cached, guarded', GUARDED_CACHE],
    ['bitmap', { ...GUARDED_CACHE, 'allocator.kind': 'bitmap' }],
    ['per-worker', { ...GUARDED_CACHE, 'allocator.kind': 'per-worker' }],
  ];
  const rows = allocators.map(([label, sets]) => {
    const [one, two] = [1, 2].map((threads) =>
      run(`${V4}/scripts/allocator-scaling.yaml`, { ...sets, 'load.threads': threads }, TIMED_RUNS),
    );
    const contended = (which) => formatPercent(median(two.map((one) => one[which].contendedRatio)));
    return [
      label,
      typical(one, ({ allocation }) => allocation.service.p50),
      typical(two, ({ allocation }) => allocation.service.p50),
      typical(two, ({ allocation }) => allocation.service['p99.9']),
      contended('lock'),
      contended('targetLock'),
    ];
  });
  const readRow = (label, sets) => {
    const [one, two] = [2, 3].map((threads) =>
      run(
        `${V4}/target/messages-beside-io.yaml`,
        { ...sets, 'load.mix': '{read: 1}', 'load.threads': threads },
        TIMED_RUNS,
      ),
    );
    const rate = (results) =>
      median(results.map(({ operations, durationNs }) => operations.read.count / durationNs)) * 1e6;
    const waited = median(two.map(({ targetLock }) => targetLock.contendedRatio));
    return [
      label,
      `${exactCount(Math.round(rate(one)))}k/s`,
      `${exactCount(Math.round(rate(two)))}k/s`,
      `${(rate(two) / rate(one)).toFixed(2)} ×`,
      formatPercent(waited),
    ];
  };
  return [
    table(
      [
        'allocator',
        'allocation p50, 1 thread',
        '2 threads',
        'p99.9, 2 threads',
        'waited for the allocation lock',
        'for the target lock',
      ],
      rows,
    ),
    table(
      ['reads with 992 remaps', '1 reader', '2 readers', '', 'waited for the target lock'],
      [
        readRow('array, searched under the target lock', {}),
        readRow('by hash, without a lock', CORRECTED),
      ],
    ),
  ].join('\n\n');
}

/** The line below the figures: date, machine, and how quiet it was: without these no latency means anything. */
function provenanceOf(question) {
  const { cpu, cores, node, clock, jitter } = environment;
  const lost = formatPercent(jitter.lostShare);
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpu}, ${cores} cores, Node ${node}, ` +
    `clock ${formatNs(clock.costNs)} a reading in steps of ${formatNs(clock.stepNs)}. ` +
    `An idle loop lost ${lost} of its time to other programs before the first run` +
    `${jitter.lostShare > 0.05 ? ': **the machine was not quiet**, and latencies are too high' : ''}. ` +
    `\`node docs/dm-remap-v4.mjs ${question}\` measures again.`
  );
}

const asked = process.argv.slice(2);
for (const question of asked.length > 0 ? asked : Object.keys(QUESTIONS)) {
  const answer = QUESTIONS[question];
  if (answer === undefined) throw new Error(`there is no question ${question}`);
  environment = null;
  const startedMs = Date.now();
  const figures = answer();
  const isExact = environment === null || EXACT.includes(question);
  const text = isExact ? figures : `${figures}\n\n${provenanceOf(question)}`;
  writeFileSync(PAGE, withPart(readFileSync(PAGE, 'utf8'), `question ${question}`, text, PAGE));
  process.stderr.write(`${question}: ${Math.round((Date.now() - startedMs) / 1000)} s\n`);
}

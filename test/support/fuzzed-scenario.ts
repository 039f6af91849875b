import fc from 'fast-check';
import { expect } from 'vitest';
import { formatProblems } from '../../src/cli/format-problems.ts';
import { type Problem, ScenarioError } from '../../src/errors.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { scenarioTemplate, TEMPLATES, type TemplateName } from '../../src/scenario/template.ts';

/**
 * Goal: no text, however broken or malicious, gets anything out of the parser but a plan or a list
 * of problems with their places, and that quickly.
 *
 * Method: valid scenarios, changed in ways that files get changed (lines lost, doubled, swapped,
 * bytes garbled) and in ways that attackers change them (nesting, alias bombs, huge numbers, keys
 * that every object has, variables).
 *
 * Not covered: whether the problems are the right ones; the unit tests ask that.
 */

export const SEED = Number(process.env.SPARESTORM_SEED ?? 20_260_101);
/** A text of quadratic cost takes longer; a busy machine may put the parser aside for a while. */
const SLOWEST_MS = 10_000;

const EVERY_KEY = `version: 1
name: every key
description: |
  two
  lines
seed: 42
device: { sectors: 128Ki, spare: { sectors: 16384, start: 8, limit: 1000, placement: v4-fixed } }
allocator:
  kind: cached
  protocol: as-published
  outerLock: true
  cache: { slots: 32, batch: 16, searchLimit: 100 }
lock: { kind: ticket }
remap: { match: first-sector, lookup: linear, inFlight: ignore }
load:
  threads: \${env:THREADS:-4}
  model: closed
  thinkTime: 10us
  warmup: 500ms
  duration: 1m30s
  operations: 1M
  mix: &mix { read: 60, write: 30, remap: 10 }
  blockSize: [{ size: 4k, weight: 3 }, { size: 512 }]
  addresses: { distribution: zipf, theta: 1.5, slices: disjoint }
faults: { thread: { index: 3, afterOperations: 2k, does: hold-lock } }
integrity: sampled
thresholds:
  - allocation.p99.9 < 100us
  - cache.hitRate > 80%
expect: collision
watchdog: 5s
interval: 100ms
`;

const SEEDS = [
  EVERY_KEY,
  ...(Object.keys(TEMPLATES) as TemplateName[]).map((name) => scenarioTemplate(name, 'fuzzed')),
];

type Change = (text: string) => string;

/** A change of the lines, at a place given as a number to be reduced to what there is. */
const lineChange = fc
  .tuple(
    fc.constantFrom('delete', 'double', 'swap', 'indent', 'outdent', 'cut'),
    fc.nat(),
    fc.nat(),
  )
  .map(
    ([kind, a, b]): Change =>
      (text) => {
        const lines = text.split('\n');
        const at = a % lines.length;
        const other = b % lines.length;
        const [line = '', another = ''] = [lines[at], lines[other]];
        if (kind === 'delete') lines.splice(at, 1);
        if (kind === 'double') lines.splice(other, 0, line);
        if (kind === 'swap') [lines[at], lines[other]] = [another, line];
        if (kind === 'indent') lines[at] = ' '.repeat(1 + (b % 4)) + line;
        if (kind === 'outdent') lines[at] = line.trimStart();
        if (kind === 'cut') lines[at] = line.slice(0, b % (line.length + 1));
        return lines.join('\n');
      },
  );

const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '\0',
    '\t',
    '\r',
    '\uFEFF',
    '\ud800',
    '\x1b[2J',
    '\u2028',
    '"',
    "'",
    '{',
    '[',
    '&a ',
    '*a',
    '|',
    '>',
    '%',
    '---\n',
    '...\n',
    '? ',
    '!!js/function ',
    '!!binary ',
    '!x ',
    '<<: *mix\n',
    '#',
    ': ',
    '- ',
    '@',
    '`',
  ),
);

const insertion = fc.tuple(fc.nat(), fc.nat(3), garbage).map(
  ([at, count, put]): Change =>
    (text) => {
      const offset = at % (text.length + 1);
      return text.slice(0, offset) + put + text.slice(offset + count);
    },
);

const scalar = fc.oneof(
  fc.constantFrom(
    '',
    '~',
    'true',
    '.inf',
    '.nan',
    '-0',
    '1e999',
    '0x1F',
    '1_0',
    '9'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    '-1',
    '4kB',
    '[]',
    '{}',
    '[[]]',
    '!!str 5',
    '&b 1',
    '*mix',
    '*nope',
    '"',
    'x'.repeat(5000),
  ),
  fc.double().map(String),
  fc.maxSafeInteger().map(String),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '$' + '{env:',
    '$' + '{env:HOME}',
    '$' + '{env:A:-[1',
    '$' + '{env:__proto__:-x}',
  ),
  fc.constantFrom('allocation.p99', '< 5', 'collisions == 0', '[collisions < x]', '["a", 5]'),
);

/** Another value for a key that is there. */
const replacement = fc.tuple(fc.nat(), scalar).map(
  ([at, value]): Change =>
    (text) => {
      const places = [...text.matchAll(/([A-Za-z]+): *[^,}\n]*/g)];
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) return text;
      const { index } = place;
      return `${text.slice(0, index)}${place[1]}: ${value}${text.slice(index + place[0].length)}`;
    },
);

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'extends',
    'matrix',
    '<<',
    'threads',
    'duraton',
    'null',
    '1',
    '""',
    '? x',
    'trace',
    'until',
    'mix',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
);

const addition = fc.tuple(fc.nat(), key, scalar, fc.nat(6)).map(
  ([at, name, value, indent]): Change =>
    (text) => {
      const lines = text.split('\n');
      lines.splice(at % (lines.length + 1), 0, `${' '.repeat(indent)}${name}: ${value}`);
      return lines.join('\n');
    },
);

const bomb = fc
  .tuple(
    fc.constantFrom('aliases', 'lists', 'maps', 'dashes', 'keys', 'items', 'anchors', 'long'),
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 1, max: 3000 }),
  )
  .map(
    ([kind, width, size]): Change =>
      (text) => {
        if (kind === 'aliases') {
          const levels = Array.from({ length: 12 }, (_, level) => {
            const items = Array.from({ length: width }, () =>
              level === 0 ? 'x' : `*l${level - 1}`,
            );
            return `l${level}: &l${level} [${items.join(', ')}]`;
          });
          return `${levels.join('\n')}\n${text}`;
        }
        if (kind === 'lists') return `${text}\nx: ${'['.repeat(size)}`;
        if (kind === 'maps') return `${text}\nx: ${'{a: '.repeat(size)}${'}'.repeat(size)}`;
        if (kind === 'dashes') return `${text}\nx:\n  ${'- '.repeat(size)}a`;
        if (kind === 'anchors') return `${text}\nx: ${'&a '.repeat(size)}`;
        if (kind === 'long') return `${text}\nx: ${'a'.repeat(size * 100)}`;
        const lines = Array.from({ length: size }, (_, index) =>
          kind === 'keys' ? `k${index}: ${index}` : `  - collisions == ${index}`,
        );
        return `${text}\n${kind === 'keys' ? '' : 'thresholds:\n'}${lines.join('\n')}`;
      },
  );

const change = fc.oneof(
  { arbitrary: lineChange, weight: 6 },
  { arbitrary: insertion, weight: 6 },
  { arbitrary: replacement, weight: 8 },
  { arbitrary: addition, weight: 4 },
  { arbitrary: bomb, weight: 1 },
);

const changed = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(change, { minLength: 1, maxLength: 4 }))
  .map(([text, changes]) => changes.reduce((result, apply) => apply(result), text));

const fuzzed = fc.oneof(
  { arbitrary: changed, weight: 20 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 200 }), weight: 1 },
  { arbitrary: fc.array(garbage, { maxLength: 60 }).map((parts) => parts.join('')), weight: 1 },
);

const someSets = fc.array(
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom('load.threads', 'thresholds', 'load', 'a.b.c', '', '__proto__.x'),
        scalar,
      )
      .map(([path, value]) => `${path}=${value}`),
    fc.string({ unit: 'binary', maxLength: 20 }),
  ),
  { maxLength: 2 },
);

const sets = fc.oneof(
  { arbitrary: fc.constant([]), weight: 3 },
  { arbitrary: someSets, weight: 1 },
);

/** Files to extend: itself, another fuzzed text, or one that cannot be read. */
function readerOf(base: string): (path: string) => string {
  return (path) => {
    if (path.length % 3 === 0) throw new Error('there is no such file');
    return base;
  };
}

function isPlaced({ file, position, message, excerpt }: Problem): boolean {
  if (file === '' || message === '' || position === null || excerpt === null) return false;
  return position.line >= 1 && position.column >= 1 && excerpt.width >= 1;
}

/** Runs the parser as `validate` does; true when it gave a plan. */
function isAccepted(text: string, base: string, given: readonly string[]): boolean {
  try {
    const env = { HOME: '[1', A: '' };
    parseScenario(text, { file: 'f.yaml', sets: given, env, readFile: readerOf(base) });
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.problems.filter((problem) => !isPlaced(problem))).toEqual([]);
    formatProblems(error.problems, false);
    return false;
  }
}

/** So many texts, each of which must give a plan or problems with a place, and soon. */
export function fuzzScenarios(textCount: number): void {
  let acceptedCount = 0;
  let slowestMs = 0;
  fc.assert(
    fc.property(fuzzed, fuzzed, sets, (text, base, given) => {
      const start = performance.now();
      if (isAccepted(text, base, given)) acceptedCount += 1;
      const ms = performance.now() - start;
      slowestMs = Math.max(slowestMs, ms);
      expect(ms).toBeLessThan(SLOWEST_MS);
    }),
    { seed: SEED, numRuns: textCount },
  );
  // Texts that are all refused at the first line would prove little.
  expect(acceptedCount).toBeGreaterThan(textCount / 100);
  expect(slowestMs).toBeGreaterThan(0);
}

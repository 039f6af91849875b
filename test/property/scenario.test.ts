import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ScenarioError } from '../../src/errors.ts';
import { coreScalar } from '../../src/scenario/core-scalar.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { ALLOCATOR_KINDS, INTEGRITIES, LOCK_KINDS, PLACEMENTS } from '../../src/scenario/plan.ts';
import { parseThreshold } from '../../src/scenario/thresholds.ts';
import { formatSize, formatTime } from '../../src/units.ts';

const SEED = Number(process.env.SPARESTORM_SEED ?? 1);
const RUNS = { seed: SEED, numRuns: 250 };

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const time = (min: number, max: number) => fc.integer({ min, max }).map(formatTime);
const weight = fc.double({ min: 0.001, max: 1000, noNaN: true });
const blockSize = fc.integer({ min: 1, max: 64 }).map((sectors) => formatSize(sectors * 512));
const title = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.trim() !== '' && !/[\p{Zl}\p{Zp}]|\{env:/u.test(text));

/** Scenarios that keep every rule, with any of the optional keys left out. */
const scenario = fc.record(
  {
    version: fc.constant(1),
    name: title,
    description: maybe(title),
    seed: maybe(fc.maxSafeNat()),
    device: maybe(
      fc.record({
        sectors: fc.constantFrom('128Ki', 65536, '1M'),
        spare: maybe(
          fc.record({
            sectors: fc.integer({ min: 16_384, max: 100_000 }),
            start: fc.nat(),
            limit: fc.oneof(fc.constant('none'), fc.integer({ min: 1, max: 8_000_000 })),
            placement: fc.constantFrom(...PLACEMENTS),
          }),
        ),
      }),
    ),
    allocator: maybe(
      fc.record({
        kind: fc.constantFrom(...ALLOCATOR_KINDS),
        outerLock: fc.boolean(),
        cache: fc.record({
          slots: fc.integer({ min: 64, max: 65_536 }),
          batch: fc.integer({ min: 1, max: 64 }),
        }),
      }),
    ),
    lock: maybe(fc.record({ kind: fc.constantFrom(...LOCK_KINDS) })),
    load: fc.record(
      {
        threads: fc.integer({ min: 1, max: 256 }),
        thinkTime: time(0, 1e9),
        warmup: time(0, 86_400e9),
        duration: time(1, 86_400e9),
        operations: fc.integer({ min: 1, max: 1e12 }),
        mix: fc.record({ read: weight, write: weight, remap: weight, unremap: weight }),
        blockSize: fc.oneof(
          blockSize,
          fc.array(fc.record({ size: blockSize, weight }), { minLength: 1, maxLength: 5 }),
        ),
        addresses: fc.oneof(
          fc.record({ distribution: fc.constantFrom('uniform', 'sequential') }),
          fc.record(
            {
              distribution: fc.constant('zipf'),
              theta: fc.double({ min: 0.01, max: 10, noNaN: true }),
              slices: fc.constantFrom('shared', 'disjoint'),
            },
            { requiredKeys: ['distribution'] },
          ),
        ),
      },
      { requiredKeys: ['duration'] },
    ),
    integrity: maybe(fc.constantFrom(...INTEGRITIES)),
    thresholds: maybe(fc.subarray(['collisions == 0', 'cache.hitRate > 80%', 'read.p99 < 1ms'])),
    watchdog: maybe(time(1e9 + 1, 3600e9)),
    interval: maybe(time(1e7, 3600e9)),
  },
  { requiredKeys: ['version', 'name', 'load'] },
);

function withoutUndefined(value: object): object {
  return JSON.parse(JSON.stringify(value));
}

describe(`scenarios (seed ${SEED})`, () => {
  it('a resolved scenario parses to the same plan, and resolves to itself', () => {
    fc.assert(
      fc.property(scenario, (generated) => {
        const text = stringify(withoutUndefined(generated));
        const first = parseScenario(text, { file: 'a.yaml' });
        const again = parseScenario(stringify(first.scenario), { file: 'b/c.yaml' });
        expect(again.plan).toEqual(first.plan);
        expect(again.scenario).toEqual(first.scenario);
        expect(first.plan.name).toBe(generated.name);
      }),
      RUNS,
    );
  });

  it('a scenario says the same whether a value is written in it or set from outside', () => {
    fc.assert(
      fc.property(scenario, (generated) => {
        const { load, ...rest } = withoutUndefined(generated) as { load: object };
        const text = stringify({ ...rest, load });
        const sets = Object.entries(load).map(
          ([key, value]) => `load.${key}=${JSON.stringify(value)}`,
        );
        expect(parseScenario(stringify(rest), { file: 'a.yaml', sets }).plan).toEqual(
          parseScenario(text, { file: 'a.yaml' }).plan,
        );
      }),
      { ...RUNS, numRuns: 200 },
    );
  });

  it('a scenario says the same as a whole or split over a file and the one it extends', () => {
    fc.assert(
      fc.property(scenario, fc.infiniteStream(fc.boolean()), (generated, coin) => {
        const entries = Object.entries(withoutUndefined(generated));
        const inBase = entries.map(() => coin.next().value);
        const base = Object.fromEntries(entries.filter((_, index) => inBase[index]));
        const derived = Object.fromEntries(entries.filter((_, index) => !inBase[index]));
        const text = stringify({ ...derived, extends: 'b.yaml' });
        const readFile = () => stringify(base);
        if (Object.keys(base).length === 0) return;
        expect(parseScenario(text, { file: 'a.yaml', readFile }).plan).toEqual(
          parseScenario(stringify(Object.fromEntries(entries)), { file: 'a.yaml' }).plan,
        );
      }),
      { ...RUNS, numRuns: 200 },
    );
  });

  it('any text of a variable is a name unchanged, also when resolved and read again', () => {
    const text = 'version: 1\nname: "$' + '{env:NAME}"\nload: { duration: 5s }\n';
    const hostile = fc.oneof(
      title,
      fc
        .array(fc.constantFrom('$', '{', '}', 'env:', '${env:', 'A', ':-', '"', '#', ': '), {
          minLength: 1,
          maxLength: 12,
        })
        .map((parts) => parts.join(''))
        .filter((name) => name.trim() !== ''),
    );
    fc.assert(
      fc.property(hostile, (name) => {
        const { plan, scenario: resolved } = parseScenario(text, {
          file: 'a.yaml',
          env: { NAME: name },
        });
        expect(plan.name).toBe(name);
        expect(parseScenario(stringify(resolved), { file: 'a.yaml' }).plan.name).toBe(name);
      }),
      RUNS,
    );
  });

  it('a plain scalar out of a variable is what the YAML library makes of it in a file', () => {
    const scalar = fc.oneof(
      fc.stringMatching(/^[-+]?[0-9.]{1,6}([eE][-+]?[0-9]{1,2})?$/),
      fc.stringMatching(/^0[xo][0-9a-f]{1,5}$/),
      fc.constantFrom(
        '~',
        'null',
        'Null',
        'true',
        'TRUE',
        'False',
        'yes',
        '.inf',
        '-.Inf',
        '.NaN',
        '+1',
        '1_000',
        '012',
        'x',
      ),
    );
    fc.assert(
      fc.property(scalar, (text) => {
        expect(coreScalar(text)).toEqual(parse(`a: ${text}\n`).a);
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it('a threshold is read from its expression as from its text, and never throws', () => {
    const parts = fc.constantFrom(
      'read.p99',
      'collisions',
      'cache.hitRate',
      ' ',
      '<',
      '==',
      '=',
      '5',
      '5ms',
      '80%',
      'x',
    );
    const text = fc.oneof(
      fc.array(parts, { maxLength: 6 }).map((list) => list.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (written) => {
        const { threshold, problem } = parseThreshold(written);
        if (threshold !== null) {
          expect(parseThreshold(threshold.expression).threshold).toEqual(threshold);
        } else {
          expect(problem.offset).toBeLessThanOrEqual(written.length);
          expect(problem.width).toBeGreaterThanOrEqual(1);
        }
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it('a scenario with one character changed gives a plan or problems with a place', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.nat(),
        fc.string({ unit: 'binary', maxLength: 2 }),
        (generated, at, put) => {
          const text = stringify(withoutUndefined(generated));
          const offset = at % text.length;
          const changed = text.slice(0, offset) + put + text.slice(offset + 1);
          try {
            expect(
              parseScenario(changed, { file: 'a.yaml' }).plan.load.threadCount,
            ).toBeGreaterThan(0);
          } catch (error) {
            if (!(error instanceof ScenarioError)) throw error;
            for (const problem of error.problems) expect(problem.position).not.toBeNull();
          }
        },
      ),
      RUNS,
    );
  });
});

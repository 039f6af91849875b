import { beforeAll, describe, expect, test } from 'vitest';
import {
  counterexampleOf,
  DeviceSubject,
  explore,
  HAZARDS,
  instrumentProduct,
  minimise,
  type ProductCode,
  type Program,
  programWith,
  renderCounterexample,
  replay,
  runCanaries,
} from '../../src/explore/index.ts';

/**
 * Goal: the hazards of the published code are found, made small, and can be played again; the
 * corrected code has none of them; and planted faults do not go by unseen.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

/** The same operations on what is ours; metadata, where there is any, in two copies. */
function corrected(program: Program): Program {
  const guarded = {
    ...program,
    protocol: 'guarded',
    target: 'guarded',
    remap: { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
  } as const;
  if (program.metadata.format === 'none') return guarded;
  const metadata = { ...program.metadata, format: 'redundant' } as const;
  return { ...guarded, metadata, copyCount: 2, spareCount: 5, reservedCount: 2 };
}

describe.each(HAZARDS.map((hazard) => [hazard.id, hazard] as const))('%s', (_id, hazard) => {
  test('is not there as long as nobody is put aside', () => {
    const { verdict } = explore(new DeviceSubject(hazard.program, code), {
      strategy: { kind: 'bounded', preemptions: 0 },
    });
    expect(verdict).toEqual({ kind: 'pass-bounded', preemptions: 0 });
  });

  test('is found, needs two pre-emptions at most, and is there again when replayed', () => {
    const subject = new DeviceSubject(hazard.program, code);
    const { kind, cause } = hazard;
    const { verdict, executions } = explore(subject, { only: [kind], cause });
    expect(verdict).toEqual({ kind: 'fail' });
    expect(executions).toBeLessThan(2000);

    const minimal = minimise(subject, { kind, cause });
    if (minimal === null) throw new Error('nothing was found with few pre-emptions');
    const once = replay(minimal.subject, minimal.schedule);
    const twice = replay(minimal.subject, minimal.schedule);
    expect(twice).toEqual(once);
    expect(once.divergedAt).toBeNull();
    expect(once.preemptions).toBeGreaterThanOrEqual(1);
    expect(once.preemptions).toBeLessThanOrEqual(2);
    const fault = once.faults.find((one) => one.kind === kind);
    // Its own interleaving, and not that of a sibling.
    expect(minimal.subject.causesOf?.(fault as never, once.steps)).toEqual([cause]);

    const example = counterexampleOf(minimal.subject, minimal.schedule, fault as never);
    // Who is put aside comes back to use what changed, unless nobody can ever go on.
    expect(example.window !== null).toBe(fault?.kind !== 'self-deadlock');
    expect(example.steps.some(({ matters }) => matters)).toBe(true);
    expect(example.steps.every(({ file }) => /^src\/.*\.ts$/.test(file))).toBe(true);
    expect(renderCounterexample(example)).toContain(`replay: ${minimal.schedule}`);
  });

  test('is not there when corrected', () => {
    const { verdict } = explore(new DeviceSubject(corrected(hazard.program), code), {
      strategy: { kind: 'dpor' },
      races: 'fail',
      executions: 100_000,
    });
    expect(verdict).toEqual({ kind: 'pass-exhaustive' });
  });
});

test('reads, writes and remaps of one sector keep its data', () => {
  for (const threads of [
    ['w', 'm'],
    ['r', 'm'],
    ['wr', 'mu'],
    ['r', 'w', 'm'],
  ]) {
    for (const lookup of ['hash', 'linear'] as const) {
      const remap = { match: 'every-sector', lookup, inFlight: 'drain' } as const;
      const subject = new DeviceSubject(programWith({ threads, remap }), code);
      const { name, verdict, fault } = explore(subject, {
        strategy: { kind: 'dpor' },
        races: 'fail',
      });
      expect({ name, verdict, fault }).toEqual({
        name,
        verdict: { kind: 'pass-exhaustive' },
        fault: null,
      });
    }
  }
});

test('a latch that lets a writer in beside readers is seen by what is torn', async () => {
  const torn = await instrumentProduct([
    {
      file: 'device/surface.js',
      find: 'const seen = Atomics.compareExchange(this.#words, latch, 0, WRITER);\n                if (seen === 0)\n                    break;\n                relax(this.#words, latch, seen);',
      replace: 'Atomics.add(this.#words, latch, WRITER); break;',
    },
  ]);
  const { fault } = explore(new DeviceSubject(programWith({ threads: ['r', 'w'] }), torn), {
    strategy: { kind: 'dpor' },
  });
  expect(fault?.kind).toBe('data lost');
});

test('sectors with bits in one word of the filter keep their data, without a race', () => {
  for (const threads of [
    ['r1', 'm'],
    ['w1', 'm'],
    ['w1', 'mu'],
  ]) {
    const subject = new DeviceSubject(programWith({ threads }), code);
    const { verdict, races } = explore(subject, { strategy: { kind: 'dpor' }, races: 'report' });
    expect({ verdict, races }).toEqual({ verdict: { kind: 'pass-exhaustive' }, races: [] });
  }
});

test('every canary is caught', async () => {
  const results = await runCanaries();
  expect(results).toHaveLength(12);
  expect(results.filter(({ isCaught }) => !isCaught)).toEqual([]);
});

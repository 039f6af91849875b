import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PoisonedRun } from '../../../src/queue/dispatcher.ts';
import {
  obstacleIn,
  packReport,
  payloadOf,
  receiveReport,
  receiveRun,
} from '../../../src/queue/run-payload.ts';
import { loadSweepText } from '../../../src/run/load-scenario.ts';
import { planSweep, type SweepRun } from '../../../src/sweep/sweep-plan.ts';
import { someDetails, someResult } from '../../support/run-record.ts';

const TEXT = `version: 1
name: travels
device: { sectors: 64 }
load: { threads: 1, operations: 10 }
matrix: { load.threads: [1, 2], seeds: 1..2, repeats: 2 }
`;

function runsOf(text = TEXT): readonly SweepRun[] {
  return planSweep(loadSweepText(text, { file: '/somewhere/else/travels.yaml' })).runs;
}

/** As it comes out of a queue. */
const overTheWire = (value: unknown) => JSON.parse(JSON.stringify(value));

const [run] = runsOf() as [SweepRun];
const payload = overTheWire(payloadOf(run, '/somewhere/else/travels.yaml'));

describe('a run that travels', () => {
  test('arrives as what it was, and tells no path of where it came from', () => {
    for (const one of runsOf()) {
      const received = receiveRun(overTheWire(payloadOf(one, '/somewhere/else/travels.yaml')));
      expect(received.id).toBe(one.id);
      expect(received.scenario.plan).toEqual(one.load().plan);
    }
    expect(JSON.stringify(payload)).not.toMatch(/somewhere/);
  });

  const withScenario = (scenario: object) => ({
    ...payload,
    scenario: { ...payload.scenario, ...scenario },
  });
  const load = payload.scenario.load;

  test.each([
    ['nothing', null, /^no run: the whole/],
    ['a text', 'rm -rf', /^no run/],
    ['a key too many', { ...payload, exec: 'x' }, /^no run: .*exec/],
    ['another version', { ...payload, schemaVersion: 2 }, /schema version 2; this version reads 1/],
    ['an id that is a path', { ...payload, id: '../../etc' }, /^no run: id/],
    [
      'an id that is another',
      { ...payload, id: 'aaaaaaaaaaaa' },
      /it says it is aaaaaaaaaaaa, and is /,
    ],
    ['another repeat', { ...payload, repeat: 5 }, /it says it is .*, and is /],
    ['a file to extend', withScenario({ extends: '/etc/passwd' }), /has extends, which names/],
    [
      'a trace',
      withScenario({ load: { ...load, trace: { file: '/etc/passwd' } } }),
      /has trace, which names/,
    ],
    [
      'a file at any depth',
      withScenario({ faults: { x: [{ file: '/etc/shadow' }] } }),
      /has file, which/,
    ],
    [
      'an experiment beside it',
      withScenario({ overhead: { beside: '/etc' } }),
      /has beside, which/,
    ],
    ['a variable', withScenario({ name: '$' + '{env:HOME}' }), /asks for variables/],
    [
      'a variable with a default',
      withScenario({ name: '$' + '{env:HOME:-x}' }),
      /asks for variables/,
    ],
    ['no scenario', { ...payload, scenario: { version: 1 } }, /^its scenario is invalid: /],
    ['a scenario that is too long', withScenario({ description: 'x'.repeat(2 ** 20) }), /too long/],
  ])('with %s is poisoned', (_, sent, says) => {
    expect(() => receiveRun(sent)).toThrow(PoisonedRun);
    expect(() => receiveRun(sent)).toThrow(says);
  });

  test('that is too large for this machine is not: another one may have the memory', () => {
    let thrown: unknown;
    try {
      receiveRun(payload, '1k');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).not.toBeInstanceOf(PoisonedRun);
    expect(String(thrown)).toMatch(/--max-memory allows 1/);
  });

  test('is not sent when it names a file of this machine', () => {
    expect(obstacleIn(run)).toBeNull();
    const traced = { ...run, scenario: { ...run.scenario, load: { trace: { file: '/x' } } } };
    expect(obstacleIn(traced as unknown as SweepRun)).toMatch(/has trace: use --shard instead/);
  });
});

describe('a report that comes back', () => {
  const measured = { result: someResult(), details: someDetails() };
  const report = overTheWire(packReport(run.id, measured, 'elsewhere'));

  test('arrives as what it was', () => {
    expect(receiveReport(run.id, report)).toEqual({ ...measured, host: 'elsewhere' });
  });

  const packed = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');
  test.each([
    ['nothing', null],
    ['of another run', { ...report, id: 'other' }],
    ['not packed', { ...report, packed: 'x' }],
    ['not JSON', { ...report, packed: gzipSync('x').toString('base64') }],
    ['not a result', { ...report, packed: packed({ result: {}, details: {} }) }],
    [
      'damaged details',
      {
        ...report,
        packed: packed({
          ...measured,
          details: { ...measured.details, handOffs: { lock: [[1]], targetLock: [] } },
        }),
      },
    ],
    [
      'too large',
      { ...report, packed: gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString('base64') },
    ],
  ])('%s is none', (_, received) => {
    expect(() => receiveReport(run.id, received)).toThrow();
  });
});

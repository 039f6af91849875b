import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../src/record/run-record.ts';
import type { Outcome } from '../../../src/report/result-schema.ts';
import type { Expectation } from '../../../src/scenario/plan.ts';
import { brokenVerdict, someResult, someThreshold, someVerdict } from '../../support/run-record.ts';

const ENDINGS = {
  finished: { kind: 'finished', reason: '', dump: [] },
  SIGINT: { kind: 'interrupted', reason: 'SIGINT', dump: [] },
  SIGTERM: { kind: 'interrupted', reason: 'SIGTERM', dump: [] },
  broken: { kind: 'broken', reason: 'Thread 1 died.', dump: ['lock: held by thread 1'] },
} satisfies Record<string, RunRecord['ending']>;

const held = [someVerdict('collisions'), someVerdict('reserved'), someVerdict('data')];
const collided = [brokenVerdict('collisions', 12), someVerdict('reserved'), someVerdict('data')];
const metadataTaken = [someVerdict('collisions'), brokenVerdict('reserved', 1)];
const collidedAndFollowed = [
  brokenVerdict('collisions', 12),
  brokenVerdict('data', 3, { consequenceOf: 'collisions' }),
];
const collidedAndWorse = [brokenVerdict('collisions', 12), brokenVerdict('mutual exclusion', 1)];
const dataLost = [someVerdict('collisions'), brokenVerdict('data', 3)];

const leaked = [someVerdict('collisions'), brokenVerdict('conservation', 9)];
const outOfReach = [someVerdict('collisions'), brokenVerdict('false exhaustion', 8)];
const leakedAndCollided = [brokenVerdict('collisions', 1), brokenVerdict('conservation', 9)];

const met = [someThreshold('collisions', '<', 1000)];
const missed = [someThreshold('throughput', '>', 1e12), ...met];

type Row = [
  expects: Expectation,
  ending: keyof typeof ENDINGS,
  verdicts: typeof held,
  thresholds: typeof met,
  outcome: Outcome,
  exitCode: number,
];

const ROWS: Record<string, Row> = {
  'all held': ['pass', 'finished', held, met, 'pass', 0],
  'no thresholds': ['pass', 'finished', held, [], 'pass', 0],
  'a check that does not apply': [
    'pass',
    'finished',
    [someVerdict('data', { verdict: 'not-applicable' })],
    [],
    'pass',
    0,
  ],
  'a threshold missed': ['pass', 'finished', held, missed, 'threshold-failed', 1],
  'a collision': ['pass', 'finished', collided, met, 'integrity', 3],
  'a metadata sector taken': ['pass', 'finished', metadataTaken, met, 'integrity', 3],
  'a collision and its consequences': [
    'pass',
    'finished',
    collidedAndFollowed,
    met,
    'integrity',
    3,
  ],
  'lost data wins over a threshold': ['pass', 'finished', dataLost, missed, 'integrity', 3],
  'a broken run wins over all': ['pass', 'broken', collided, missed, 'broken', 4],
  'a broken run that expected a collision': ['collision', 'broken', collided, met, 'broken', 4],
  interrupted: ['pass', 'SIGINT', held, met, 'interrupted', 130],
  terminated: ['pass', 'SIGTERM', held, met, 'interrupted', 143],
  'interrupted wins over a threshold': ['pass', 'SIGINT', held, missed, 'interrupted', 130],
  'a violation wins over an interruption': ['pass', 'SIGINT', dataLost, met, 'integrity', 3],
  'expected and found': ['collision', 'finished', collided, met, 'pass', 0],
  'expected and found in the metadata': ['collision', 'finished', metadataTaken, met, 'pass', 0],
  'expected and followed': ['collision', 'finished', collidedAndFollowed, met, 'pass', 0],
  'expected, and one that no collision explains': [
    'collision',
    'finished',
    collidedAndWorse,
    met,
    'integrity',
    3,
  ],
  'expected, found, a threshold missed': [
    'collision',
    'finished',
    collided,
    missed,
    'threshold-failed',
    1,
  ],
  'a leak': ['pass', 'finished', leaked, met, 'integrity', 3],
  'spares out of reach as expected': ['leak', 'finished', outOfReach, met, 'pass', 0],
  'a leak, where a collision was expected': ['collision', 'finished', leaked, met, 'integrity', 3],
  'a leak as expected': ['leak', 'finished', leaked, met, 'pass', 0],
  'a leak as expected, and a collision': [
    'leak',
    'finished',
    leakedAndCollided,
    met,
    'integrity',
    3,
  ],
  'a violation as expected': ['violation', 'finished', dataLost, met, 'pass', 0],
  'a violation expected and not found': [
    'violation',
    'finished',
    held,
    met,
    'expectation-failed',
    1,
  ],
  'a leak expected and not found': ['leak', 'finished', held, met, 'expectation-failed', 1],
  'expected and not found': ['collision', 'finished', held, met, 'expectation-failed', 1],
  'expected, not found, data lost': ['collision', 'finished', dataLost, met, 'integrity', 3],
  'expected, interrupted before it was found': [
    'collision',
    'SIGINT',
    held,
    met,
    'interrupted',
    130,
  ],
  'expected, found, then interrupted': ['collision', 'SIGINT', collided, met, 'interrupted', 130],
};

function resultFor([expects, ending, verdicts, thresholds]: Row) {
  return someResult({
    plan: { expect: expects, thresholds },
    run: { ending: ENDINGS[ending] },
    verdicts,
  });
}

describe.each(Object.entries(ROWS))('%s', (_, row) => {
  test(`is ${row[4]}, exit code ${row[5]}`, () => {
    expect(resultFor(row).verdict).toMatchObject({ outcome: row[4], exitCode: row[5] });
  });
});

function sentenceFor(name: keyof typeof ROWS): string {
  return resultFor(ROWS[name] as Row).verdict.sentence;
}

test('the sentence says what was done and what came of it', () => {
  expect(sentenceFor('all held')).toBe(
    '1.52k operations in 2.00s by 2 threads, 0 collisions, 1 threshold held',
  );
  expect(sentenceFor('no thresholds')).toBe('1.52k operations in 2.00s by 2 threads, 0 collisions');
  expect(sentenceFor('a threshold missed')).toMatch(/1 of 2 thresholds failed$/);
});

test('the sentence names violations, and their consequences as such', () => {
  expect(sentenceFor('a collision and its consequences')).toMatch(
    /^Integrity violated: collisions \(12\); in consequence data \(3\)\. /,
  );
});

test('the sentence of an integrity violation says that the run was interrupted', () => {
  expect(sentenceFor('a violation wins over an interruption')).toMatch(
    /^Interrupted by SIGINT\. Integrity violated: data \(3\)\. /,
  );
});

test('the sentence of a broken run says what broke', () => {
  expect(sentenceFor('a broken run wins over all')).toMatch(/^The run broke: Thread 1 died\. /);
});

test('the sentence says whether an expected collision was found', () => {
  expect(sentenceFor('expected and found')).toMatch(/12 collisions as expected/);
  expect(sentenceFor('a leak as expected')).toMatch(/0 collisions, 9 spares lost as expected/);
  expect(sentenceFor('a violation as expected')).toMatch(/data \(\d+\) broken as expected/);
  expect(sentenceFor('a leak expected and not found')).toMatch(/expects a leak and none was found/);
  expect(sentenceFor('expected and not found')).toMatch(
    /^The scenario expects a collision and none was found; integrity is clean\. /,
  );
});

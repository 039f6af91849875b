import { describe, expect, test } from 'vitest';
import { junitXml } from '../../../src/report/junit.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';
import { brokenVerdict, someResult, someThreshold, someVerdict } from '../../support/run-record.ts';
import { all, elementsOf } from '../../support/xml.ts';

type Input = NonNullable<Parameters<typeof someResult>[0]>;

function casesOf(input: Input = {}) {
  const root = elementsOf(junitXml([someResult(input)]));
  return {
    root,
    cases: all(root, 'testcase').map((one) => ({
      title: `${one.attributes.classname}: ${one.attributes.name}`,
      ending: one.children.find(({ name }) => !name.startsWith('system'))?.name ?? 'passed',
      type: one.children.find(({ name }) => !name.startsWith('system'))?.attributes.type,
      time: one.attributes.time,
      output: one.children.map(({ text }) => text).join('\n'),
    })),
  };
}

const endingsOf = (input: Input) =>
  Object.fromEntries(casesOf(input).cases.map(({ title, ending }) => [title, ending]));

describe('junit.xml', () => {
  test('has a case for the run, each check and each threshold, with what was observed', () => {
    const { root, cases } = casesOf({
      plan: {
        thresholds: [
          someThreshold('cache.hitRate', '>', 0.99),
          someThreshold('collisions', '==', 0),
        ],
      },
      verdicts: [someVerdict('collisions'), someVerdict('data', { verdict: 'not-applicable' })],
    });
    expect(cases.map(({ title, ending }) => [title, ending])).toEqual([
      ['small-and-plain.run: the run', 'passed'],
      ['small-and-plain.checks: collisions', 'passed'],
      ['small-and-plain.checks: data', 'skipped'],
      ['small-and-plain.thresholds: cache.hitRate > 0.99', 'failure'],
      ['small-and-plain.thresholds: collisions == 0', 'passed'],
    ]);
    expect(cases[3]?.output).toContain('observed 75%');
    expect(root.attributes).toMatchObject({ tests: '5', failures: '1', errors: '0', skipped: '1' });
    // A duration is the run's; a threshold's value is no time.
    expect(cases.map(({ time }) => time)).toEqual([
      '2',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('is never empty', () => {
    const { cases } = casesOf({ plan: { thresholds: [] }, verdicts: [] });
    expect(cases.map(({ title }) => title)).toEqual(['small-and-plain.run: the run']);
  });

  test('a threshold without samples is a failure that says so', () => {
    const { cases } = casesOf({
      plan: { thresholds: [someThreshold('sync.p99', '<', 1)] },
      verdicts: [],
    });
    expect(cases[1]?.ending).toBe('failure');
    expect(cases[1]?.output).toContain('no samples');
  });

  test('a collision fails its case, unless it is what the scenario asks for', () => {
    const verdicts = [
      brokenVerdict('collisions', 3),
      brokenVerdict('data', 2, { consequenceOf: 'collisions' }),
      brokenVerdict('operations', 1),
    ];
    expect(endingsOf({ verdicts })).toMatchObject({
      'small-and-plain.checks: collisions': 'failure',
      'small-and-plain.checks: data': 'failure',
    });
    expect(endingsOf({ verdicts, plan: { expect: 'collision' } })).toEqual({
      'small-and-plain.run: the run': 'passed',
      'small-and-plain.checks: collisions': 'passed',
      'small-and-plain.checks: data': 'passed',
      'small-and-plain.checks: operations': 'failure',
    });
    expect(endingsOf({ verdicts: [], plan: { expect: 'collision' } })).toEqual({
      'small-and-plain.run: the run': 'failure',
    });
  });

  test('a broken and an interrupted run are errors, not failures', () => {
    const broken = casesOf({
      run: { ending: { kind: 'broken', reason: 'Stuck.', dump: ['lock: held by <1>'] } },
    }).cases[0];
    expect([broken?.ending, broken?.type]).toEqual(['error', 'broken']);
    expect(broken?.output).toContain('lock: held by <1>');
    const interrupted = casesOf({
      run: { ending: { kind: 'interrupted', reason: 'SIGINT', dump: [] } },
    }).cases[0];
    expect([interrupted?.ending, interrupted?.type]).toEqual(['error', 'interrupted']);
  });

  test('fails where, and only where, the exit code is not 0', () => {
    const inputs: Input[] = [
      {},
      { verdicts: [brokenVerdict('data')] },
      { verdicts: [brokenVerdict('data')], plan: { expect: 'violation' } },
      { plan: { thresholds: [someThreshold('cache.hitRate', '>', 0.99)] } },
      { plan: { expect: 'leak' } },
      { run: { ending: { kind: 'interrupted', reason: 'SIGTERM', dump: [] } } },
    ];
    for (const input of inputs) {
      const failed = casesOf(input).cases.some(({ ending }) =>
        ['failure', 'error'].includes(ending),
      );
      expect(failed).toBe(someResult(input).verdict.exitCode !== 0);
    }
  });

  test('has a suite a run', () => {
    const root = elementsOf(
      junitXml([someResult(), someResult({ plan: { seed: 43, name: 'other' } })]),
    );
    expect(root.children.map(({ attributes }) => attributes.name)).toEqual([
      'small-and-plain (seed 42)',
      'other (seed 43)',
    ]);
  });

  test.each(HOSTILE_NAMES)('%s in a name stays a name', (_, name) => {
    const root = elementsOf(junitXml([someResult({ plan: { name } })]));
    expect(all(root, 'testcase')).toHaveLength(4);
    expect(root.children).toHaveLength(1);
  });
});

import { describe, expect, test } from 'vitest';
import { loadSweepText } from '../../../src/run/load-scenario.ts';
import { orderedRuns } from '../../../src/sweep/run-sweep.ts';
import { inRandomOrder, planSweep, type SweepPlan } from '../../../src/sweep/sweep-plan.ts';

const TEXT = `version: 1
name: plan
load: { threads: 1, operations: 10 }
matrix:
  load.threads: 1..3
  lock.kind: [ticket, mcs]
  seeds: 1..2
  repeats: 3
`;

function planOf(text = TEXT, sets: readonly string[] = []): SweepPlan {
  return planSweep(loadSweepText(text, { file: 'plan.yaml', sets }), sets);
}

const ids = (runs: readonly { readonly id: string }[]) => runs.map(({ id }) => id);

describe('the plan of a sweep', () => {
  const plan = planOf();

  test('has a run for every cell, seed and repeat, each with an id of its own', () => {
    expect(plan.runs).toHaveLength(3 * 2 * 2 * 3);
    expect(new Set(ids(plan.runs)).size).toBe(36);
    const [first] = plan.runs;
    expect(first?.sets).toEqual(['matrix={}', 'load.threads=1', 'lock.kind=ticket']);
    const { plan: loaded } = (plan.runs.at(-1) as (typeof plan.runs)[number]).load();
    expect([loaded.seed, loaded.load.threadCount, loaded.lock.kind]).toEqual([2, 3, 'mcs']);
  });

  test('has the same ids however the scenario is written, and others for another question', () => {
    const other = planOf(
      TEXT.replace('1..3', '[1, 2, 3]')
        .replace('name: plan\n', '')
        .replace('load:', 'name: plan\nload:'),
    );
    expect(other.id).toBe(plan.id);
    expect(ids(other.runs)).toEqual(ids(plan.runs));
    expect(planOf(TEXT, ['integrity=off']).id).not.toBe(plan.id);
    expect(planOf(TEXT.replace('1..3', '1..2')).id).not.toBe(plan.id);
    const common = new Set(ids(plan.runs));
    expect(ids(planOf(TEXT.replace('1..3', '1..2')).runs).every((id) => common.has(id))).toBe(true);
  });

  test('a command line of one run makes the same run', () => {
    for (const run of plan.runs.slice(0, 4)) {
      const again = planOf(TEXT, [...run.sets, `seed=${run.seed}`]);
      expect(again.runs[0]?.id).toBe(
        plan.runs.find(
          (one) =>
            JSON.stringify(one.values) === JSON.stringify(run.values) &&
            one.seed === run.seed &&
            one.repeat === 0,
        )?.id,
      );
    }
  });
});

describe('the order', () => {
  const plan = planOf();

  test('is that of its seed, has every run once, and every cell once a round', () => {
    const order = inRandomOrder(plan, 7);
    expect(ids(inRandomOrder(plan, 7))).toEqual(ids(order));
    expect(ids(inRandomOrder(plan, 8))).not.toEqual(ids(order));
    expect(ids(order).sort()).toEqual(ids(plan.runs).sort());
    for (let round = 0; round < 6; round++) {
      const cells = order
        .slice(6 * round, 6 * round + 6)
        .map(({ values }) => JSON.stringify(values));
      expect(new Set(cells).size).toBe(6);
    }
    // Not the same one in each round.
    const firsts = new Set(
      [0, 1, 2, 3, 4, 5].map((round) => JSON.stringify(order[6 * round]?.values)),
    );
    expect(firsts.size).toBeGreaterThan(1);
  });

  test('gives a shard the same runs, whatever order they are made in', () => {
    const shard = { index: 2, count: 4, from: '' };
    const own = orderedRuns(plan, shard);
    expect(ids(orderedRuns(plan, shard, 99)).sort()).toEqual(ids(own).sort());
    const all = [1, 2, 3, 4].flatMap((index) => orderedRuns(plan, { ...shard, index }));
    expect(ids(all).sort()).toEqual(ids(plan.runs).sort());
  });
});

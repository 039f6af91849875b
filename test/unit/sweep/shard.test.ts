import { describe, expect, test } from 'vitest';
import { runsOfShard, shardOf } from '../../../src/sweep/shard.ts';

describe('which shard', () => {
  test.each([
    ['an option', '2/4', {}, { index: 2, count: 4 }],
    [
      'an option before the environment',
      '1/2',
      { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' },
      { index: 1, count: 2 },
    ],
    [
      'Kubernetes counts from 0',
      undefined,
      { JOB_COMPLETION_INDEX: '0', JOB_COMPLETION_COUNT: '4' },
      { index: 1, count: 4 },
    ],
    [
      'Slurm',
      undefined,
      { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' },
      { index: 4, count: 4 },
    ],
    [
      'Slurm from 0',
      undefined,
      { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '0' },
      { index: 1, count: 4 },
    ],
    [
      'Slurm in steps',
      undefined,
      {
        SLURM_ARRAY_TASK_ID: '30',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '10',
      },
      { index: 3, count: 4 },
    ],
    [
      'GitLab counts from 1',
      undefined,
      { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' },
      { index: 3, count: 4 },
    ],
    ['nothing', undefined, {}, null],
    ['nothing but empty variables', undefined, { CI_NODE_INDEX: '' }, null],
    ['all, whatever the environment says', 'all', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' }, null],
  ])('%s', (_, option, env, expected) => {
    const shard = shardOf(option, env);
    expect(shard === null ? null : { index: shard.index, count: shard.count }).toEqual(expected);
  });

  test.each([
    ['0/4', {}, /of 4 shards there is no shard 0; the first is 1/],
    ['5/4', {}, /there is no shard 5/],
    ['1/0', {}, /there can be 1 to 10000 shards, not 0/],
    ['half', {}, /--shard takes i\/n such as 2\/4, or all, not half/],
    [
      undefined,
      { JOB_COMPLETION_INDEX: '1' },
      /JOB_COMPLETION_INDEX is set and JOB_COMPLETION_COUNT is not/,
    ],
    [
      undefined,
      { SLURM_ARRAY_TASK_ID: 'x', SLURM_ARRAY_TASK_COUNT: '2' },
      /SLURM_ARRAY_TASK_ID is "x"/,
    ],
    [undefined, { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '2' }, /there is no shard 0/],
  ])('%s is refused', (option, env, says) => {
    expect(() => shardOf(option, env)).toThrow(says);
  });

  test.each([1, 2, 3, 4, 7])('%i shards share the runs out, each to one', (count) => {
    const runs = Array.from({ length: 10 }, (_, index) => index);
    const parts = Array.from({ length: count }, (_, index) =>
      runsOfShard(runs, { index: index + 1, count, from: '' }),
    );
    expect(parts.flat().sort((a, b) => a - b)).toEqual(runs);
    const sizes = parts.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });
});

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MergedSweep } from '../../src/sweep/merge.ts';
import { type Answer, sparestorm } from './cli.ts';

/** Four cells, each done in a moment, whose counters do not depend on timing. */
export const TINY = `version: 1
name: tiny
device: { sectors: 64, spare: { sectors: 64 } }
load: { threads: 1, operations: 50, mix: { read: 50, write: 50 } }
integrity: off
matrix:
  load.blockSize: [512, 1k]
  lock.kind: [ticket, mcs]
`;

/** Whatever machine the tests run on: it is no part of an array here. */
export const NO_SHARD = { JOB_COMPLETION_INDEX: '', SLURM_ARRAY_TASK_ID: '', CI_NODE_INDEX: '' };

export function sweepOf(
  scenario: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return sparestorm(['sweep', scenario, '--no-progress', ...words], {
    env: { ...NO_SHARD, ...env },
  });
}

/** What a command with --json said, whatever its exit code. */
export function mergedOf({ stdout, stderr }: Answer): MergedSweep {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as MergedSweep;
}

/** What does not depend on timing. */
export function countsOf(merged: MergedSweep) {
  return merged.cells.map(({ values, runCount, classes }) => ({
    values,
    runCount,
    counts: classes.map(({ figures, runs }) => [
      figures.operations.read.count,
      figures.operations.write.count,
      figures.operations.read.bytes,
      runs.map(({ id }) => id).sort(),
    ]),
  }));
}

/** The folder of the only sweep below `out`; null as long as there is none. */
export function sweepFolderIn(out: string): string | null {
  const names = existsSync(out) ? readdirSync(out) : [];
  const name = names.find((one) => one.startsWith('sweep_'));
  return name === undefined ? null : join(out, name);
}

/** Ids of its finished runs. */
export function finishedIn(out: string): string[] {
  const runs = join(sweepFolderIn(out) ?? '', 'runs');
  return existsSync(runs) ? readdirSync(runs).filter((name) => !name.startsWith('.')) : [];
}

export async function untilFinished(out: string, count: number): Promise<void> {
  while (finishedIn(out).length < count) await sleep(5);
}

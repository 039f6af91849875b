import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../../src/explore/engine/machine.ts';
import {
  formatSchedule,
  type Instrumented,
  instrument,
  type Patch,
  type Subject,
} from '../../src/explore/index.ts';
import { execute } from '../../src/explore/search/execution.ts';
import { byPriority } from '../../src/explore/search/priority.ts';
import { randomWalk } from '../../src/explore/search/random-walk.ts';
import { streamFor } from '../../src/random.ts';

/** A module given as text, instrumented, as its author would have it from a file. */
export async function instrumented(
  text: string,
  options: { readonly patches?: readonly Patch[] } = {},
): Promise<Instrumented & { readonly exports: Readonly<Record<string, unknown>> }> {
  const folder = mkdtempSync(join(tmpdir(), 'explored-'));
  const file = join(folder, 'subject.mjs');
  writeFileSync(file, text);
  try {
    const code = await instrument({ files: [file], root: folder, ...options });
    return { ...code, exports: code.exportsOf(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Steps of a small program, as priorities that change are drawn by lot. */
const LENGTH = 60;

/** A schedule by lot, as far as an execution goes: threads in turn, or by priorities. */
export function scheduleByLot(subject: Subject, seed: number, how: 'walk' | 'priorities'): string {
  const random = streamFor(seed, null, 'explore');
  const machine = new Machine(subject, null);
  const choose = how === 'walk' ? randomWalk(random) : byPriority(machine, random, 3, LENGTH);
  execute(machine, choose);
  const threads = [...machine.who.subarray(0, machine.stepCount)];
  machine.restore();
  const { fingerprint, name } = subject;
  return formatSchedule({ fingerprint, name, threads });
}

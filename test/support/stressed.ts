import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { CANARIES } from '../../src/explore/canary.ts';
import type { AllocatorKind } from '../../src/scenario/plan.ts';
import type { StressOptions, StressResult } from '../../src/stress/stress.ts';
import { temporaryFolder } from './cli.ts';
import { planWith } from './plans.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder();
const run = promisify(execFile);
const script = join(folder, 'stress.mjs');

const SCRIPT = `
  const [url, plan, options] = process.argv.slice(2);
  const { stressScenario } = await import(url);
  const result = await stressScenario(JSON.parse(plan), JSON.parse(options));
  process.stdout.write(JSON.stringify(result));
`;

writeFileSync(script, SCRIPT);

/** What the built stress says, or that of another build; in a process of its own. */
export async function stress(
  plan: unknown,
  options: StressOptions,
  root = ROOT,
): Promise<StressResult> {
  const url = pathToFileURL(join(root, 'dist/src/stress/stress.js')).href;
  const words = [script, url, JSON.stringify(plan), JSON.stringify(options)];
  const { stdout } = await run(process.execPath, words);
  return JSON.parse(stdout) as StressResult;
}

export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A copy of the build with some text of it replaced. */
export function planted(name: string, patches: readonly Patch[]): string {
  const root = join(folder, name.replaceAll(' ', '-'));
  for (const part of ['src', 'workers']) {
    cpSync(join(ROOT, 'dist', part), join(root, 'dist', part), { recursive: true });
  }
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const { file, find, replace } of patches) {
    const path = join(root, 'dist/src', file);
    const text = readFileSync(path, 'utf8');
    expect(text, `${file} holds what is to be replaced`).toContain(find);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return root;
}

export function guarded(kind: AllocatorKind = 'cached') {
  return planWith({
    device: { spare: { sectorCount: 4096, placement: 'v4-dynamic' } },
    allocator: { kind, protocol: 'guarded' },
    lock: { kind: 'test-and-set' },
    load: { threadCount: 2, mix: { read: 1, write: 1, remap: 1, unremap: 1 } },
    watchdogNs: 1e9,
  });
}

export const options: StressOptions = {
  threadCount: 2,
  fromSeed: 1,
  toSeed: 2000,
  rounds: 100,
  forNs: 40e9,
  againNs: 20e6,
  choice: { noise: true, watch: true },
  lookNs: 5,
};

/** What a canary of the explorer puts in place of sound code. */
export function patchesOf(name: string): readonly Patch[] {
  const patches = CANARIES.find((canary) => canary.name === name)?.patches ?? [];
  expect(patches.length).toBeGreaterThan(0);
  return patches;
}

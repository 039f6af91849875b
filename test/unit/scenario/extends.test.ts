import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scenario/plan.ts';
import { messagesOf, planOf } from './support.ts';

/** Reads from a table of files by path. */
function reader(files: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('there is no such file');
    return text;
  };
}

function planFrom(text: string, files: Readonly<Record<string, string>>): Plan {
  return planOf(text, { file: 's/a.yaml', readFile: reader(files) });
}

function problemsFrom(text: string, files: Readonly<Record<string, string>>): string[] {
  return messagesOf(text, { file: 's/a.yaml', readFile: reader(files) });
}

const DERIVED = 'version: 1\nname: derived\nextends: base.yaml\n';
const BASE = `version: 1
name: base
load: { threads: 4, duration: 5s, mix: { read: 1, write: 2 } }
thresholds: [collisions == 0, errors == 0]
`;

describe('a scenario that extends another', () => {
  it('has the values of the other where it has none', () => {
    const plan = planFrom(DERIVED, { 's/base.yaml': BASE });
    expect(plan.name).toBe('derived');
    expect(plan.load.threadCount).toBe(4);
  });

  it('is merged map by map', () => {
    const plan = planFrom(`${DERIVED}load: { threads: 8, mix: { write: 5 } }\n`, {
      's/base.yaml': BASE,
    });
    expect(plan.load.threadCount).toBe(8);
    expect(plan.jobs[0]?.durationNs).toBe(5e9);
    expect(plan.jobs[0]?.mix).toMatchObject({ read: 1, write: 5, remap: 0, unremap: 0 });
  });

  it('replaces lists', () => {
    const plan = planFrom(`${DERIVED}thresholds: [cache.hits > 5]\n`, { 's/base.yaml': BASE });
    expect(plan.thresholds.map(({ metric }) => metric)).toEqual(['cache.hits']);
  });

  it('finds the other from its own folder, and so on down', () => {
    const plan = planFrom('version: 1\nname: x\nextends: lib/b.yaml\n', {
      's/lib/b.yaml': 'extends: ../../c.yaml\nseed: 5\n',
      'c.yaml': 'seed: 4\nload: { duration: 5s }\n',
    });
    expect(plan.seed).toBe(5);
    expect(plan.jobs[0]?.durationNs).toBe(5e9);
  });

  it('may name the other by an absolute path', () => {
    const plan = planFrom('version: 1\nname: x\nextends: /b.yaml\n', {
      '/b.yaml': 'load: { duration: 5s }\n',
    });
    expect(plan.jobs[0]?.durationNs).toBe(5e9);
  });

  it('leaves problems of the other at their place there', () => {
    const base = 'load:\n  duration: 5s\n  threads: 0\nallocator: { kind: cachd }\n';
    expect(problemsFrom(`${DERIVED}seed: x\n`, { 's/base.yaml': base })).toEqual([
      's/a.yaml:4:7 seed must be a whole number from 0 to 2^53 − 1, not "x"',
      's/base.yaml:3:12 load.threads must be a whole number from 1 to 256, not 0',
      's/base.yaml:4:20 allocator.kind must be one of cached, linear, bitmap, ' +
        'per-worker, not "cachd"',
    ]);
  });

  it('may put right what is wrong in the other', () => {
    const base = 'load: { duration: 5s, threads: 0 }\n';
    expect(planFrom(`${DERIVED}load: { threads: 1 }\n`, { 's/base.yaml': base }).name).toBe(
      'derived',
    );
  });

  it('reports that the other is no YAML, or no map, at its place', () => {
    expect(problemsFrom(DERIVED, { 's/base.yaml': 'a: [\n' })[0]).toMatch(
      /^s\/base.yaml:\d+:\d+ not/,
    );
    expect(problemsFrom(DERIVED, { 's/base.yaml': '- a\n' })).toEqual([
      's/base.yaml:1:1 a scenario is a map of keys and values, not a list',
    ]);
    expect(problemsFrom(DERIVED, { 's/base.yaml': '' })).toEqual([
      's/base.yaml:1:1 the scenario is empty',
    ]);
  });

  it('reports at extends that the other cannot be read', () => {
    expect(problemsFrom(DERIVED, {})).toEqual([
      's/a.yaml:3:10 cannot read s/base.yaml: there is no such file',
    ]);
    expect(messagesOf('version: 1\nname: x\nextends: .\nload: { duration: 5s }\n')).toEqual([
      '3:10 cannot read .: it is a folder',
    ]);
  });

  it('cannot extend itself, at once or by a detour', () => {
    expect(problemsFrom('extends: a.yaml\n', {})).toEqual([
      's/a.yaml:1:10 s/a.yaml extends itself: a.yaml → a.yaml',
    ]);
    const files = { 's/base.yaml': 'extends: c.yaml\n', 's/c.yaml': 'extends: ./base.yaml\n' };
    expect(problemsFrom(DERIVED, files)).toEqual([
      's/c.yaml:1:10 s/c.yaml extends itself: base.yaml → c.yaml → base.yaml',
    ]);
  });

  it('stands on at most eight others', () => {
    const endless = (path: string) => `extends: ${Number.parseInt(path.slice(2), 10) + 1}.yaml\n`;
    const text = 'version: 1\nname: x\nextends: 1.yaml\n';
    expect(messagesOf(text, { file: 's/0.yaml', readFile: endless })).toEqual([
      's/8.yaml:1:10 more than 8 files extend one another here',
    ]);
  });

  it.each(['5', '[a.yaml]', '""', ''])('cannot extend %j', (written) => {
    expect(problemsFrom(`version: 1\nname: x\nextends: ${written}\n`, {})[0]).toContain(
      'extends must be the path of a scenario file, not ',
    );
  });
});

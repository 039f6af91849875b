import { describe, expect, it } from 'vitest';
import { MINIMAL, messagesOf, planOf, problemsOf, underlined } from './support.ts';

describe('a value set on the command line', () => {
  it('goes over the one in the file', () => {
    const text = 'version: 1\nname: x\nload: { threads: 2, duration: 5s }\n';
    expect(planOf(text, { sets: ['load.threads=4'] }).load.threadCount).toBe(4);
  });

  it('makes the maps on its way', () => {
    expect(planOf(MINIMAL, { sets: ['device.spare.sectors=32Ki'] }).device.spare.sectorCount).toBe(
      32_768,
    );
  });

  it('leaves the keys beside it alone', () => {
    const plan = planOf(MINIMAL, { sets: ['load.warmup=1s'] });
    expect(plan.load.warmupNs).toBe(1e9);
    expect(plan.jobs[0]?.durationNs).toBe(5e9);
  });

  it('may be a list or a map, which replaces what was there', () => {
    const text = `${MINIMAL}thresholds: [errors == 0]\n`.replace('5s', '5s, mix: { write: 1 }');
    const plan = planOf(text, {
      sets: ['thresholds=[collisions == 0, read.p99 < 1ms]', 'load.mix={ read: 1 }'],
    });
    expect(plan.thresholds.map(({ metric }) => metric)).toEqual(['collisions', 'read.p99']);
    expect(plan.jobs[0]?.mix).toMatchObject({ read: 1, write: 0, remap: 0, unremap: 0 });
  });

  it('gives way to a later one', () => {
    expect(planOf(MINIMAL, { sets: ['seed=1', 'seed=2'] }).seed).toBe(2);
  });

  it('goes over what an extended file says', () => {
    const text = 'version: 1\nname: x\nextends: b.yaml\n';
    const readFile = () => 'load: { duration: 5s, threads: 3 }\n';
    expect(planOf(text, { sets: ['load.threads=4'], readFile }).load.threadCount).toBe(4);
  });

  it.each([
    ['load.threads=0', '1:14', '0', 'must be a whole number from 1 to 256, not 0'],
    ['load.threds=4', '1:6', 'threds', 'unknown key "threds" in load'],
    ['laod.threads=4', '1:1', 'laod', 'unknown key "laod"'],
    ['seed.x=4', '1:1', 'seed', 'seed must be a whole number'],
    ['thresholds=[collisions = 0]', '1:24', '=', 'a threshold compares with one of'],
    ['name=[', '1:7', ' ', 'not valid YAML'],
    ['name=', '1:6', ' ', 'name must be a text, not nothing'],
    ['load.threads', '1:1', 'load.threads', 'a setting is written path=value'],
    ['=5', '1:1', '=', 'a path is keys joined by dots'],
    ['load..threads=5', '1:6', '.', 'a path is keys joined by dots'],
    ['extends=b.yaml', '1:1', 'extends', 'extends can only be given in a file'],
    ['name=a\0', '1:7', '\0', 'the character U+0000 is not allowed'],
  ])('(%j) that is wrong is reported with its text and column', (set, place, part, message) => {
    const [problem] = problemsOf(MINIMAL, { sets: [set] });
    expect(problem?.file).toBe(`--set ${set}`);
    expect(`${problem?.position?.line}:${problem?.position?.column}`).toBe(place);
    expect(problem?.message).toContain(message);
    expect(underlined(problem).padEnd(1)).toBe(part);
  });

  it('comes with a suggestion for a key that is misspelt', () => {
    expect(problemsOf(MINIMAL, { sets: ['load.threds=4'] })[0]?.hint).toBe(
      'did you mean "threads"?',
    );
  });

  it('is reported along with what is wrong in the file', () => {
    expect(messagesOf(`${MINIMAL}seed: x\n`, { sets: ['load.threads=0', 'load.model=x'] })).toEqual(
      [
        '4:7 seed must be a whole number from 0 to 2^53 − 1, not "x"',
        '--set load.threads=0:1:14 load.threads must be a whole number from 1 to 256, not 0',
        '--set load.model=x:1:12 load.model must be one of closed, open, not "x"',
      ],
    );
  });
});

import { describe, expect, test } from 'vitest';
import { runJson, temporaryFolder } from '../support/cli.ts';
import { OTHER_CLAIMS, OTHER_SCRIPTS } from '../support/shipped-claims.ts';

/**
 * Goal: the shipped claims and scripts that take a while, or a race, come to what they say.
 *
 * Method: exit codes. A claim about time may come out either way on a machine with other work; what
 * no run of it may find is a violation.
 */
const out = temporaryFolder();

/** In place of what a script had. */
const SHORTER = ['--set', 'load.duration=3s'];

// Again if it fails: another program may have had the other core just then.
describe('claims', { retry: 3 }, () => {
  test.each(Object.entries(OTHER_CLAIMS))('%s ends with one of %j', async (name, codes) => {
    const { code, result } = await runJson(out, [`scenarios/claims/${name}.yaml`]);
    expect(codes, result.verdict.sentence).toContain(code);
  });
});

describe('published scripts', { retry: 3 }, () => {
  test.each(Object.entries(OTHER_SCRIPTS))('%s ends with one of %j', async (name, codes) => {
    const file = `scenarios/dm-remap-v4/scripts/${name}.yaml`;
    const words = name.startsWith('stress') ? [file, ...SHORTER] : [file];
    const { code, result } = await runJson(out, words);
    expect(codes, result.verdict.sentence).toContain(code);
  });
});

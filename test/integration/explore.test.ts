import { describe, expect, test } from 'vitest';
import { sparestorm } from '../support/cli.ts';
import { explored } from '../support/explore-answer.ts';

/**
 * Goal: the built program explores a scenario, shows what it found in words that can be acted on,
 * and ends with the code that the contract gives it; what is asked wrongly is answered in a
 * sentence.
 *
 * Not covered: each hazard by itself; a long test takes them all.
 */
const FOLDER = 'scenarios/dm-remap-v4/hazards';

describe('as text', () => {
  const file = `${FOLDER}/h1-double-refill.yaml`;

  test('a failure ends with a line that can be typed', async () => {
    const { code, stdout } = await sparestorm(['explore', file, '--confirm', '100ms']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/canaries +12 of 12 planted faults caught/);
    expect(stdout).toMatch(/verdict +fail/);
    expect(stdout).toMatch(/T0 +│ T1/);
    expect(stdout).toMatch(/critical window: thread \d, steps \d+ to \d+\n {2}from {2}src\//);
    expect(stdout).toMatch(/data races: \d+ pairs of places/);
    const long = stdout.split('\n').filter((text) => [...text].length > 80);
    // What is typed stays on one line.
    expect(long.filter((text) => !text.startsWith('replay: '))).toEqual([]);
    expect(stdout).toMatch(/real threads: (not )?seen/);
    const line = /^replay: npx sparestorm (.*)$/m.exec(stdout)?.[1] as string;
    const replayed = await sparestorm(line.split(' '));
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toContain(/^FAIL .*$/m.exec(stdout)?.[0]);
  });

  test('corrected, the same program is exhausted', async () => {
    const words = ['--set', 'allocator.protocol=guarded', '--program', 'aa|aa'];
    const { code, stdout } = await sparestorm(['explore', 'scenarios/guarded.yaml', ...words]);
    expect(stdout).toMatch(/verdict +pass-exhaustive/);
    expect(stdout).toMatch(/races +none/);
    expect(stdout).toContain('Larger programs were not');
    expect(code).toBe(0);
  });
});

test('the published cache is safe under the lock of the message path', async () => {
  const { code, answer } = await explored(['scenarios/dm-remap-v4/message-path.yaml']);
  expect({ code, verdict: answer.verdict }).toEqual({ code: 0, verdict: 'pass-exhaustive' });
});

describe('exit codes', () => {
  const file = `${FOLDER}/h1-double-refill.yaml`;

  test('3 when a fault is found that the scenario did not expect', async () => {
    const { code, answer } = await explored(['scenarios/guarded.yaml', ...PUBLISHED]);
    expect({ code, verdict: answer.verdict }).toEqual({ code: 3, verdict: 'fail' });
  });

  test('1 when what was expected is not there', async () => {
    const { code, answer } = await explored([file, '--set', 'allocator.protocol=guarded']);
    expect({ code, verdict: answer.verdict }).toEqual({ code: 1, verdict: 'pass-exhaustive' });
  });

  test('0 with a bound, said to be one', async () => {
    const words = ['--strategy', 'bounded', '--preemptions', '1', '--program', 'a|a'];
    const { code, answer } = await explored(['scenarios/guarded.yaml', ...words]);
    expect({ code, verdict: answer.verdict }).toEqual({ code: 0, verdict: 'pass-bounded(1)' });
  });

  test('0 with samples, said to be some', async () => {
    const words = ['--strategy', 'random', '--executions', '50', '--program', 'a|a'];
    const { code, answer } = await explored(['scenarios/guarded.yaml', ...words]);
    expect({ code, verdict: answer.verdict }).toEqual({ code: 0, verdict: 'pass-sampled(50)' });
  });

  test('1 when the budget is too small for an answer', async () => {
    const words = ['--strategy', 'dpor', '--executions', '2', '--program', 'aa|aa'];
    const { code, answer } = await explored(['scenarios/guarded.yaml', ...words]);
    expect({ code, verdict: answer.verdict }).toEqual({ code: 1, verdict: 'unknown-budget' });
  });

  test.each([
    { words: [], says: /explore needs a scenario, or --replay/ },
    { words: ['nowhere.yaml'], says: /nowhere\.yaml.*no such file/ },
    { words: ['scenarios/allocate-until-exhausted.yaml'], says: /one thread.*--threads 2/ },
    { words: [file, '--program', 'ax|a'], says: /--program ax\|a: not the operations of a thread/ },
    { words: [file, '--program', 'a|a|a|a|a'], says: /one to 4 threads/ },
    { words: [file, '--replay', 'x9'], says: /--replay x9: not a schedule/ },
    { words: ['--replay', 'x1.0.lock~no~1.A1'], says: /a program of a lock reads/ },
    { words: [file, '--for', '3'], says: /--for takes a time such as 30s/ },
    { words: [file, '--threads', '9'], says: /--threads takes a whole number from 2 to 4/ },
    { words: [file, '--strategy', 'luck'], says: /strategy/i },
    { words: [file, '--set', 'explore.program=ax'], says: /explore\.program.*two to four threads/ },
  ])('2 with a sentence for $words', async ({ words, says }) => {
    const { code, stdout, stderr } = await sparestorm(['explore', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

const PUBLISHED = ['--set', 'allocator.protocol=as-published', '--program', 'aa|aa'];

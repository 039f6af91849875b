import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HAZARDS, programFor } from '../../src/explore/index.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { readScenarioFile } from '../../src/scenario/read.ts';
import { sparestorm } from '../support/cli.ts';

/**
 * Goal: every hazard is found from its scenario by the built program, shown with few pre-emptions,
 * and there again when its replay line is typed; what is asked wrongly is answered in a sentence.
 *
 * Not covered: that real threads show it. They did, on some machine; a busy one need not.
 */
const FOLDER = 'scenarios/dm-remap-v4/hazards';
const files = readdirSync(FOLDER).map((name) => `${FOLDER}/${name}`);

const planOf = (file: string) => parseScenario(readScenarioFile(file), { file }).plan;

interface Answer {
  readonly verdict: string;
  readonly canaries: { readonly planted: number; readonly caught: number };
  readonly counterexample: {
    readonly schedule: string;
    readonly preemptions: number;
    readonly fault: { readonly kind: string; readonly text: string };
  } | null;
  readonly realThreads: { readonly rounds: number; readonly hasEnded: boolean } | null;
}

async function explored(words: readonly string[]) {
  const { code, stdout, stderr } = await sparestorm(['explore', ...words, '--json']);
  expect(stderr).toBe('');
  return { code, answer: JSON.parse(stdout) as Answer };
}

test('a scenario for each hazard, and its program', () => {
  const shown = files.map((file) => {
    const plan = planOf(file);
    const { explore } = plan;
    const id = /^[hp][0-9]+/.exec(plan.name)?.[0].toUpperCase();
    return { id, program: programFor(plan, explore.threads ?? []), finds: explore.finds };
  });
  const wanted = HAZARDS.map(({ id, program, kinds }) => ({ id, program, finds: kinds[0] }));
  expect(shown).toEqual(wanted);
});

describe.each(files)('%s', (file) => {
  const { explore } = planOf(file);

  test('is found, small, looked for on real threads, and replayable', async () => {
    const { code, answer } = await explored([file]);
    const { counterexample: example, realThreads } = answer;
    if (example === null || realThreads === null) throw new Error(JSON.stringify(answer));
    expect({ code, verdict: answer.verdict }).toEqual({ code: 0, verdict: 'fail' });
    expect(answer.canaries).toMatchObject({ planted: 9, caught: 9 });
    expect(example.fault.kind).toBe(explore.finds);
    expect(example.preemptions).toBeGreaterThanOrEqual(1);
    expect(example.preemptions).toBeLessThanOrEqual(2);
    expect(realThreads.rounds).toBeGreaterThan(0);
    expect(realThreads.hasEnded).toBe(true);

    const again = await explored([file, '--replay', example.schedule]);
    expect(again.code).toBe(0);
    expect(again.answer.counterexample).toEqual(example);
    const bare = await sparestorm(['explore', '--replay', example.schedule]);
    expect(bare.code).toBe(3);
    expect(bare.stdout).toContain('FAIL');
  });
});

describe('as text', () => {
  const file = `${FOLDER}/h1-double-refill.yaml`;

  test('a failure ends with a line that can be typed', async () => {
    const { code, stdout } = await sparestorm(['explore', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/canaries +9 of 9 planted faults caught/);
    expect(stdout).toMatch(/verdict +fail/);
    expect(stdout).toMatch(/T0 +│ T1/);
    expect(stdout).toMatch(/critical window: thread \d between src\//);
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

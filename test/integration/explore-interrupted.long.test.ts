import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import type { ExploreAnswer } from '../support/explore-answer.ts';

/**
 * Goal: a signal ends `explore` at once, what was explored until then is shown and marked, the
 * document is whole, and the code says which signal it was.
 *
 * Method: a search that takes a minute. The signal comes when stderr says that it is under way; or
 * the program sends it to itself, half a second after it has begun to listen for one, or as soon as
 * it looks for a failure on real threads.
 *
 * Not covered: the second signal, since the first leaves it no time; a unit test has it.
 */
const LONG = ['explore', 'scenarios/locks/mutex.yaml', '--for', '60s'];

const WHEN_LISTENING =
  "if (name === 'SIGINT') setTimeout(() => process.kill(process.pid, 'SIGINT'), 500).unref()";
const preload = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
const LISTENING = preload(`process.on('newListener', (name) => { ${WHEN_LISTENING} });`);
const CONFIRMING = preload("process.once('worker', () => process.kill(process.pid, 'SIGINT'));");

test.each([
  { signal: 'SIGINT' as const, code: 130 },
  { signal: 'SIGTERM' as const, code: 143 },
])('$signal keeps what there is and ends with $code', async ({ signal, code }) => {
  const page = join(temporaryFolder(), 'page.html');
  const answer = await sparestorm([...LONG, '--html', page], { signalWhenRunning: signal });
  expect(answer.code).toBe(code);
  expect(answer.stdout).toMatch(/explored +\d+ of 154 programs/);
  expect(answer.stdout).toMatch(/verdict +unknown-budget/);
  expect(answer.stdout).toContain(`! interrupted by ${signal}: no answer`);
  expect(readFileSync(page, 'utf8')).toContain(`Interrupted by ${signal}`);
});

test('the document is one, whole, and says that it was interrupted', async () => {
  const { code, stdout, stderr } = await sparestorm([...LONG, '--json'], { nodeFlags: LISTENING });
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  const answer = JSON.parse(stdout) as ExploreAnswer;
  expect(answer).toMatchObject({ verdict: 'unknown-budget', interruptedBy: 'SIGINT' });
  expect(answer.programCount).toBe(154);
  expect(answer.programs.length).toBeLessThan(154);
  expect(answer.meaning).toContain('nothing is claimed');
});

test.each([
  {
    what: 'that no one expects wins over the interruption',
    words: ['scenarios/guarded.yaml', '--set', 'allocator.protocol=as-published'],
    program: 'aa|aa',
    wanted: { code: 3, fault: 'double grant' },
  },
  {
    what: 'that is expected does not',
    words: ['scenarios/dm-remap-v4/hazards/h7-emptied-meanwhile.yaml'],
    program: 'a|aa',
    wanted: { code: 130, fault: 'false exhaustion' },
  },
])('a finding already made is shown; one $what', async ({ words, program, wanted }) => {
  const { code, stdout } = await sparestorm(
    ['explore', ...words, '--program', program, '--confirm', '60s', '--json'],
    { nodeFlags: CONFIRMING },
  );
  const { verdict, interruptedBy, counterexample } = JSON.parse(stdout) as ExploreAnswer;
  expect({ code, fault: counterexample?.fault.kind }).toEqual(wanted);
  expect({ verdict, interruptedBy }).toEqual({ verdict: 'fail', interruptedBy: 'SIGINT' });
});

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HAZARDS, programFor } from '../../src/explore/index.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { readScenarioFile } from '../../src/scenario/read.ts';
import { sparestorm } from '../support/cli.ts';
import { explored } from '../support/explore-answer.ts';

/**
 * Goal: every hazard is found from its scenario by the built program, shown with few pre-emptions,
 * and there again when its replay line is typed.
 *
 * Not covered: that real threads show it. They did, on some machine; a busy one need not.
 */
const FOLDER = 'scenarios/dm-remap-v4/hazards';
const files = readdirSync(FOLDER).map((name) => `${FOLDER}/${name}`);

const planOf = (file: string) => parseScenario(readScenarioFile(file), { file }).plan;

test('a scenario for each hazard, and its program', () => {
  const shown = files.map((file) => {
    const plan = planOf(file);
    const { explore } = plan;
    const id = /^[hp][0-9]+/.exec(plan.name)?.[0].toUpperCase();
    const { finds, by } = explore;
    return { id, program: programFor(plan, explore.threads ?? []), finds, by };
  });
  const wanted = HAZARDS.map(({ id, program, kind, cause }) => ({
    id,
    program,
    finds: kind,
    by: cause,
  }));
  const byId = (one: { id?: string | undefined }, other: { id?: string | undefined }) =>
    String(one.id).localeCompare(String(other.id));
  expect(shown.sort(byId)).toEqual(wanted.sort(byId));
});

describe.each(files)('%s', (file) => {
  const { explore } = planOf(file);

  test('is found, small, looked for on real threads, and replayable', async () => {
    const { code, answer } = await explored([file]);
    const { counterexample: example, realThreads } = answer;
    if (example === null) throw new Error(JSON.stringify(answer));
    expect({ code, verdict: answer.verdict }).toEqual({ code: 0, verdict: 'fail' });
    expect(answer.canaries).toMatchObject({ planted: 12, caught: 12 });
    expect(example.fault.kind).toBe(explore.finds);
    expect(example.preemptions).toBeGreaterThanOrEqual(1);
    expect(example.preemptions).toBeLessThanOrEqual(2);
    // Followed step by step, real threads come to the same; by themselves, if ever.
    expect(answer.followed).toEqual({ isSame: true, difference: null });
    if (explore.finds !== 'self-deadlock') {
      expect(realThreads?.rounds).toBeGreaterThan(0);
      expect(realThreads?.hasEnded).toBe(true);
    }

    const again = await explored([file, '--replay', example.schedule]);
    expect(again.code).toBe(0);
    expect(again.answer.counterexample).toEqual(example);
    const bare = await sparestorm(['explore', '--replay', example.schedule]);
    expect(bare.code).toBe(3);
    expect(bare.stdout).toContain('FAIL');
  });
});

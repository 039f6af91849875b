import { describe, expect, test } from 'vitest';
import { readMessage, readSectorRange } from '../../../src/scenario/message-script.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { type JobPlan, messageCountOf } from '../../../src/scenario/plan.ts';
import { messagesOf } from './support.ts';

describe('a message', () => {
  test.each([
    ['remap 100', { command: 'remap', firstLba: 100, lastLba: 100, wordCount: 2 }],
    ['  verify   0..99 ', { command: 'verify', firstLba: 0, lastLba: 99, wordCount: 2 }],
    ['clear', { command: 'clear', firstLba: 0, lastLba: 0, wordCount: 1 }],
    ['set_auto_remap 1', { command: 'unknown', firstLba: 0, lastLba: 0, wordCount: 2 }],
    ['auto-remap', { command: 'unknown', firstLba: 0, lastLba: 0, wordCount: 1 }],
  ])('%s', (text, step) => {
    expect(readMessage(text)).toEqual({ step: { ...step, times: 1 }, problem: null });
  });

  test.each([
    ['', 'must not be empty'],
    ['remap', 'must name one sector up to 2147483646'],
    ['remap 1 2', 'must name one sector'],
    ['remap x', 'must name one sector'],
    ['remap 5..4', 'must name one sector'],
    ['remap 2147483647', 'must name one sector'],
    ['clear all', 'must be "clear", and nothing after it'],
  ])('"%s" is refused', (text, problem) => {
    expect(readMessage(text).problem).toContain(problem);
  });

  test('a range includes both ends', () => {
    expect(readSectorRange('7')).toEqual({ firstLba: 7, lastLba: 7 });
    expect(readSectorRange('7..9')).toEqual({ firstLba: 7, lastLba: 9 });
    expect(readSectorRange('-1')).toBeNull();
  });
});

const parse = (text: string) => parseScenario(text, { file: 'scenario.yaml' });

const head = 'version: 1\nname: x\n';

describe('a script', () => {
  test('becomes blocks of steps', () => {
    const { plan } = parse(
      `${head}load: { threads: 1, messages: [ping, { writeErrors: 0..3, times: 3 }, ` +
        '{ autoRemap: 2 }, { repeat: 1k, messages: [remap 0..9, clear] }] }\n',
    );
    const { messages, mix } = plan.jobs[0] as JobPlan;
    expect(messages).toEqual([
      { repeat: 1, steps: [step('ping', 0, 0, 1, 1)] },
      { repeat: 1, steps: [step('write error', 0, 3, 3, 0)] },
      { repeat: 1, steps: [step('auto-remap', 2, 2, 1, 0)] },
      { repeat: 1000, steps: [step('remap', 0, 9, 1, 2), step('clear', 0, 0, 1, 1)] },
    ]);
    expect(messageCountOf(messages ?? [])).toBe(1 + 12 + 1 + 11_000);
    expect(mix).toMatchObject({ read: 0, write: 0, remap: 0, unremap: 0 });
  });

  test('with other threads they read and write', () => {
    const { plan, scenario } = parse(`${head}load: { duration: 1s, messages: [ping] }\n`);
    expect(plan.jobs[0]?.mix).toMatchObject({ read: 60, write: 40, remap: 0, unremap: 0 });
    expect(parse(JSON.stringify(scenario)).plan).toEqual(plan);
  });

  test('what is stored of a run is a scenario again', () => {
    const { plan, scenario } = parse(`${head}load: { threads: 1, messages: [ping] }\n`);
    expect(parse(JSON.stringify(scenario)).plan).toEqual(plan);
  });

  test.each([
    ['[]', 'must hold at least one message'],
    ['ping', 'must be a list of messages'],
    ['[remap]', 'must name one sector'],
    ['[7]', 'must be a message, { writeErrors }, { autoRemap } or { repeat, messages }'],
    ['[{}]', 'must be a message, { writeErrors }'],
    ['[{ writeErrors: x }]', 'must be a sector or a range'],
    ['[{ writeErrors: 1, autoRemap: 1 }]', 'must be a message'],
    ['[{ autoRemap: 1, times: 2 }]', 'must be a message'],
    ['[{ repeat: 2 }]', 'must be a message'],
    ['[{ repeat: 2, messages: [] }]', 'must hold at least one message'],
    ['[{ repeat: 2, messages: [{ repeat: 2, messages: [ping] }] }]', 'repeat'],
    ['[{ repeat: 1000000, messages: [remap 0..9] }]', 'must come to at most 1000000 messages'],
  ])('%s is refused', (messages, problem) => {
    const problems = messagesOf(`${head}load: { threads: 1, messages: ${messages} }\n`);
    expect(problems.join('\n')).toContain(problem);
  });

  test.each([
    ['threads: 1, until: exhausted', 'load.until cannot be combined with load.messages'],
    ['threads: 1, mix: { read: 1 }', 'load.mix needs a second thread'],
    ['duration: 1s, mix: { remap: 1 }', 'load.mix must not remap'],
    ['duration: 1s, warmup: 1s', 'load.warmup must be 0ms'],
    ['threads: 2', 'load has no end'],
  ])('%s is refused beside it', (others, problem) => {
    const problems = messagesOf(`${head}load: { ${others}, messages: [ping] }\n`);
    expect(problems.join('\n')).toContain(problem);
  });
});

function step(command: string, firstLba: number, lastLba: number, times: number, words: number) {
  return { command, firstLba, lastLba, times, wordCount: words };
}

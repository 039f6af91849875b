import { expect, test } from 'vitest';
import {
  counterexampleOf,
  explore,
  ModuleSubject,
  renderCounterexample,
} from '../../../src/explore/index.ts';
import { instrumented } from '../../support/explored.ts';

const HANDOVER = `
export function waits(words) {
  while (Atomics.load(words, 0) === 0) relax(words, 0, 0);
  words[1] = words[1] + 1;
}
export function opens(words) { words[1] = words[1] + 1; Atomics.store(words, 0, 1); }
export function forever(words) { Atomics.load(words, 1); relax(words, 0, 0); }
function relax() {}
`;

async function subjectOf(names: readonly string[], judge: (words: Int32Array) => string | null) {
  const code = await instrumented(HANDOVER);
  const words = new Int32Array(2);
  const threads = names.map((name) => () => {
    return (code.exports as Record<string, (words: Int32Array) => unknown>)[name]?.(words);
  });
  const wordName = (word: number) => ['gate', 'count'][word] as string;
  return new ModuleSubject({ name: names.join('-'), code, words, threads, judge, wordName });
}

test('why a thread does not go on is said: put aside, waits, or at its end', async () => {
  const subject = await subjectOf(['waits', 'opens'], ([, count]) => `counted ${count}`);
  const { schedule, fault } = explore(subject, { strategy: { kind: 'dpor' } });
  if (schedule === null || fault === null) throw new Error('nothing was found');
  const text = renderCounterexample(counterexampleOf(subject, schedule, fault), true);
  expect(text.split('\n').slice(0, -1)).toEqual([
    'waits-opens',
    'FAIL  forbidden outcome: counted 2',
    '8 steps, 0 pre-emptions',
    '',
    '     T0            │ T1',
    '   0 subject:3 load gate = 0',
    '     ──── waits ────',
    '   1               │ subject:6 read count = 0',
    '   2               │ subject:6 write count 0 → 1',
    '   3               │ subject:6 store gate 0 → 1',
    '                   │ ──── at its end ────',
    '   4 subject:3 until gate = 1',
    '   5 subject:3 load gate = 1',
    '   6 subject:4 read count = 1',
    '   7 subject:4 write count 1 → 2',
    '',
    'data races: none in this interleaving',
  ]);
});

test('a schedule that shows no fault makes no counterexample', async () => {
  const subject = await subjectOf(['opens', 'opens'], () => null);
  expect(() => counterexampleOf(subject, 'x1.0.opens-opens.A3B3')).not.toThrow();
  const sound = await subjectOf(['waits', 'opens'], () => null);
  expect(() => counterexampleOf(sound, 'x1.0.waits-opens.A1B3A4')).toThrow('shows no fault');
});

test('a data race is a fault when it is all there is', async () => {
  const subject = await subjectOf(['opens', 'opens'], () => null);
  const { fault, races } = counterexampleOf(subject, 'x1.0.opens-opens.A3B3');
  expect(fault).toEqual({
    kind: 'data race',
    text: 'Nothing orders subject.mjs:6 and subject.mjs:6 on count.',
  });
  expect(races[0]).toEqual({
    word: 'count',
    places: [
      { file: 'subject.mjs', line: 6, access: 'write' },
      { file: 'subject.mjs', line: 6, access: 'read' },
    ],
  });
});

import { describe, expect, test } from 'vitest';
import { stressPanel } from '../../../src/cli/stress-live.ts';
import { endText, type Stressed, seenText, stressedJson } from '../../../src/cli/stressed-text.ts';
import { programWith } from '../../../src/explore/index.ts';
import { ownerMarkOf } from '../../../src/record/owner-table.ts';
import type { FoundViolation, StressResult } from '../../../src/stress/stress.ts';
import { planWith } from '../../support/plans.ts';

const terminal = { color: false, unicode: true, width: 80 };
const program = programWith({ threads: ['aa', 'a'] });

const clean: StressResult = {
  ending: 'done',
  threadCount: 2,
  geometries: [program],
  seedsDone: 5,
  rounds: 1000,
  operations: 3000,
  calls: 3000,
  overlappingCalls: 600,
  roundsTogether: 400,
  changes: 0,
  figures: { acquisitions: 4000, contended: 40, noises: 500, looks: 300 },
  outcomes: [{ class: 'acceptable', text: 'calls together, spares left', rounds: 1000 }],
  control: { rounds: 7, isSeen: true },
  violation: null,
  faultRounds: {},
  failure: null,
  durationNs: 2e9,
};

const violation: FoundViolation = {
  deal: {
    seed: 3,
    place: 0,
    program,
    disturbance: { noisePeriod: 4, isNap: true, watchPeriod: 0 },
  },
  round: 17,
  faults: [{ kind: 'double grant', text: 'Spare 0 was handed out to threads 0 and 1.' }],
  calls: [
    { thread: 1, kind: 'allocate', key: 0, value: ownerMarkOf(0, 0), begin: 2, end: 9 },
    { thread: 0, kind: 'allocate', key: 0, value: 0, begin: 1, end: 4 },
    { thread: 0, kind: 'allocate', key: -1, value: 0, begin: 10, end: 11 },
  ],
  repetition: { rounds: 900, seen: 12 },
  isSeenAlone: false,
};

function stressed(result: Partial<StressResult> = {}, overrides: Partial<Stressed> = {}): Stressed {
  return {
    plan: planWith({ name: 'a name' }),
    file: 'a file.yaml',
    sets: ['load.threads=2'],
    fromSeed: 1,
    toSeed: 5,
    roundsOfSeed: 200,
    choice: { noise: true, watch: true },
    expects: null,
    result: { ...clean, ...result },
    explored: null,
    exploreForNs: 20e9,
    exitCode: 0,
    ...overrides,
  };
}

const textOf = (one: Stressed) => seenText(one, terminal) + endText(one, terminal);

describe('nothing found', () => {
  test('says how much the threads met, and that it is no proof', () => {
    const text = textOf(stressed());
    expect(text).toContain('in 40% of the rounds calls of two threads were under way');
    expect(text).toContain('1% had to wait');
    expect(text).toMatch(/forbidden +0\n/);
    expect(text).toMatch(/a sample,\s+not a\s+proof/);
    expect(text).toContain("explore: npx sparestorm explore 'a file.yaml' --set load.threads=2");
    expect(text).not.toMatch(/\bpass\b|proved|proven|safe/);
  });

  test('threads that never met are the first thing to be said', () => {
    const text = textOf(stressed({ roundsTogether: 0, overlappingCalls: 0 }, { exitCode: 1 }));
    expect(text).toContain('! never: no two calls were under way at once');
    expect(text).toContain('The threads never met: this says nothing at all.');
    expect(text).not.toContain('No forbidden outcome');
  });

  test('a control that did not show takes weight from the rest', () => {
    const text = textOf(stressed({ control: { rounds: 5000, isSeen: false } }));
    expect(text).toMatch(/! a race planted on purpose did not show in 5,000 rounds/);
  });

  test('what was expected and not seen is said', () => {
    const text = textOf(stressed({}, { expects: ['double grant'], exitCode: 1 }));
    expect(text).toContain('double grant was expected and not seen');
  });

  test('what the expected fault would have explained is no excuse without it', () => {
    const result = { faultRounds: { cache: 4 } };
    const text = textOf(stressed(result, { expects: ['double grant'], exitCode: 3 }));
    expect(text).toContain('cache seen without the expected double grant');
  });
});

describe('a violation', () => {
  const found = stressed({ ending: 'violation', violation }, { exitCode: 3 });

  test('shows the calls in columns, with an arrow at those that contradict each other', () => {
    const lines = textOf(found).split('\n');
    const first = lines.findIndex((line) => line.includes('T0') && line.includes('T1'));
    expect(lines.slice(first, first + 4).map((line) => line.trimEnd())).toEqual([
      '                T0                         T1',
      '        1–4     allocate: 0  <-',
      '        2–9                                allocate: 0  <- T0 had it',
      '       10–11    allocate: none',
    ]);
  });

  test('shows them one below the other where there is no room', () => {
    const text = seenText(found, { ...terminal, width: 60 });
    expect(text).toMatch(/2–9 +T1 allocate: 0 {2}<- T0 had it/);
  });

  test('says how often it shows again, and whether it takes two', () => {
    expect(textOf(found)).toContain('in 12 of 900 more rounds of seed 3');
    const alone = { ...violation, isSeenAlone: true, repetition: { rounds: 900, seen: 0 } };
    const text = textOf(stressed({ ending: 'violation', violation: alone }));
    expect(text).toMatch(/no race, a\s+fault of one thread/);
    expect(text).toContain('not in 900 more rounds of seed 3');
  });

  test('is repeated by a line that a shell takes', () => {
    expect(textOf(found)).toContain(
      "repeat:  npx sparestorm stress 'a file.yaml' --set load.threads=2 --threads 2 --seeds 3 --rounds 20000",
    );
  });

  test('is in the document with what it was found in', () => {
    const document = JSON.parse(stressedJson(found));
    expect(document).toMatchObject({
      schemaVersion: 1,
      exitCode: 3,
      overlap: { rounds: 400, calls: 3000, overlappingCalls: 600 },
      violation: { seed: 3, round: 17, repetition: { seen: 12 }, isSeenAlone: false },
      explored: null,
    });
    expect(document.violation.program).toMatch(/^cached~guarded~.*~aa-a$/);
  });

  test('that was expected is no failure', () => {
    const text = textOf({ ...found, expects: ['double grant'], exitCode: 0 });
    expect(text).toContain('✓ double grant found, as expected');
  });
});

test('a broken stress says who waits for what', () => {
  const failure = { message: 'no round was completed for 10 s', dump: ['thread 0: waits'] };
  const text = textOf(stressed({ ending: 'broken', failure }, { exitCode: 4 }));
  expect(text).toContain('BROKEN   no round was completed for 10 s\n      thread 0: waits');
});

test('no line is wider than the terminal, in ASCII too, but for what is to be typed', () => {
  const text = 'much '.repeat(40);
  const long: FoundViolation = { ...violation, faults: [{ kind: 'cache', text }] };
  for (const unicode of [true, false]) {
    const found = stressed({ ending: 'violation', violation: long });
    const report =
      seenText(found, { ...terminal, unicode }) + endText(found, { ...terminal, unicode });
    const wide = report
      .split('\n')
      .filter((line) => [...line].length > 80 && !line.includes('npx sparestorm'));
    expect(wide).toEqual([]);
    if (!unicode) expect(report).toMatch(/^[\n -~]*$/);
  }
});

test('the panel shows what ends it first, within its width', () => {
  const look = () => ({
    elapsedNs: 3e9,
    rounds: 12_000,
    judgedRounds: 10_000,
    roundsTogether: 2500,
    seedsDone: 60,
    seedCount: 500,
  });
  const lines = stressPanel({ ...terminal, name: 'a name', forNs: 60e9, look });
  expect(lines.join('\n')).toMatch(/12,000 rounds, 4\.00k\/s/);
  expect(lines.join('\n')).toMatch(/threads met in 25%/);
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
});

import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/report/result-schema.ts';
import { runListText } from '../../../src/report/run-list.ts';
import { columnsOf } from '../../../src/report/text.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { brokenVerdict, someResult, someThreshold, someVerdict } from '../../support/run-record.ts';

const PLAIN = { color: false, unicode: true, width: 80 };
const HIT_RATE = someThreshold('cache.hitRate', '>', 0.5);
const NO_COLLISION = someThreshold('collisions', '==', 0);
const SLOW = someThreshold('cache.hitRate', '>', 0.99);

type Input = NonNullable<Parameters<typeof someResult>[0]>;

function run(name: string, thresholds: Plan['thresholds'], input: Input = {}): Result {
  const sourceFile = `scenarios/${name}.yaml`;
  return someResult({ sourceFile, ...input, plan: { ...input.plan, name, thresholds } });
}

function linesOf(...results: Parameters<typeof runListText>[0]): string[] {
  return runListText(results, PLAIN).split('\n');
}

describe('the list of runs', () => {
  test('says of each what its exit code rests on', () => {
    const consequence = { consequenceOf: 'collisions' } as const;
    const [head, exits, ...lines] = linesOf(
      run('held', [HIT_RATE, NO_COLLISION]),
      run('below', [NO_COLLISION, SLOW]),
      run('collided', [HIT_RATE], {
        verdicts: [brokenVerdict('collisions', 1234), brokenVerdict('data', 5, consequence)],
      }),
      run('leaks', [], {
        plan: { expect: 'leak' },
        verdicts: [brokenVerdict('false exhaustion', 8)],
      }),
      run('sound', [HIT_RATE], { plan: { expect: 'collision' }, verdicts: [] }),
      run('plain', [], { verdicts: [someVerdict('collisions')] }),
    );
    expect(head).toBe('RUNS   6 runs, 3 held, 3 not');
    expect(exits).toMatch(/^ +exit$/);
    expect(lines).toEqual([
      '  ✓ held        0  cache.hitRate > 0.5: 75%, collisions == 0',
      '  ✗ below       1  cache.hitRate > 0.99: 75%',
      '  ✗ collided    3  collisions broken 1,234',
      '  ✓ leaks       0  false exhaustion broken 8, as expected',
      '  ✗ sound       1  expected a collision, and there was none',
      '  ✓ plain       0  all checks held',
      '',
    ]);
  });

  test('tells runs of one scenario apart by their seeds', () => {
    const lines = linesOf(
      run('again', [], { plan: { seed: 7 } }),
      run('again', [], { plan: { seed: 8 } }),
    );
    expect(lines[2]).toContain('again, seed 7');
    expect(lines[3]).toContain('again, seed 8');
  });

  test('keeps within the width, whatever the names are', () => {
    const name = 'a-name-that-goes-on-and-on'.repeat(7);
    const text = runListText([run(name, [HIT_RATE, SLOW, NO_COLLISION])], {
      ...PLAIN,
      width: 60,
    });
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(60);
  });
});

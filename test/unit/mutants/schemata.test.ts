import { type AnyNode, parse } from 'acorn';
import { expect, test } from 'vitest';
import { childrenOf } from '../../../src/explore/transform/syntax.ts';
import type { GeneratedMutant, MutatedFile } from '../../mutants/mutant.ts';
import { schemataOf } from '../../mutants/schemata.ts';
import { StepBoundError, switchboard } from '../../mutants/switchboard.ts';

/** Goal: no mutant goes on for ever, whatever it has left of a loop. */
function nodesOf(node: AnyNode): AnyNode[] {
  return [node, ...childrenOf(node).flatMap(nodesOf)];
}

/** The function that a text exports, in which one statement can be left out. */
async function withOneLeftOut(text: string, left: string) {
  const program: AnyNode = parse(text, { ecmaVersion: 2023, sourceType: 'module' });
  const node = nodesOf(program).find(
    ({ type, start, end }) => type.endsWith('Statement') && text.slice(start, end) === left,
  ) as AnyNode;
  const unit = nodesOf(program).find(({ type }) => type === 'FunctionDeclaration') as AnyNode;
  const edits = [{ node, text: '' }];
  const mutants = [{ id: 1, unit: 0, edits } as unknown as GeneratedMutant];
  const units = new Map([[unit, 0]]);
  const mutated = { text, program, units, mutants } as unknown as MutatedFile;
  const url = `data:text/javascript,${encodeURIComponent(schemataOf(mutated, {}))}`;
  const { run } = (await import(/* @vite-ignore */ url)) as { run: (end: number) => number };
  return run;
}

test.each([
  'export function run(end) { let at = 0; while (at < end) at++; return at; }',
  'export function run(end) { let at = 0; while (at < end) { at++; } return at; }',
  'export function run(end) { let at = 0; do at++; while (at < end); return at; }',
  'export function run(end) { let at = 0; for (; at < end;) at++; return at; }',
])('%s', async (text) => {
  const board = switchboard();
  const run = await withOneLeftOut(text, 'at++;');
  board.stepCount = 0;
  expect(run(5)).toBe(5);
  // The function, and five turns.
  expect(board.stepCount).toBe(6);
  board.on = 1;
  board.stepBound = 1000;
  try {
    expect(() => run(5)).toThrow(StepBoundError);
  } finally {
    board.on = 0;
    board.stepBound = Number.POSITIVE_INFINITY;
  }
});

import { type Problem, ScenarioError } from '../../../src/errors.ts';
import { type ParseOptions, parseScenario } from '../../../src/scenario/parse.ts';
import type { Plan } from '../../../src/scenario/plan.ts';

type Options = Partial<ParseOptions>;

/** A scenario that is valid with nothing added to it. */
export const MINIMAL = 'version: 1\nname: minimal\nload: { duration: 5s }\n';

export function planOf(text: string, options: Options = {}): Plan {
  return parseScenario(text, { file: 'scenario.yaml', ...options }).plan;
}

/** The problems of a text that must have some. */
export function problemsOf(text: string, options: Options = {}): readonly Problem[] {
  try {
    parseScenario(text, { file: 'scenario.yaml', ...options });
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  throw new Error('the scenario was accepted');
}

/** Each problem as `file:line:column message`, without the file for the scenario itself. */
export function messagesOf(text: string, options: Options = {}): string[] {
  return problemsOf(text, options).map(({ file, position, message }) => {
    const place = `${position?.line}:${position?.column} ${message}`;
    return file === 'scenario.yaml' ? place : `${file}:${place}`;
  });
}

/** The stretch of text that a problem underlines. */
export function underlined(problem: Problem | undefined): string {
  const { excerpt, position } = problem ?? {};
  const start = (position?.column ?? 1) - 1;
  return excerpt?.text.slice(start, start + excerpt.width) ?? '';
}

/** The minimal scenario with one value set, as if written in the file. */
export function withSetting(...sets: string[]): { text: string; options: Options } {
  return { text: MINIMAL, options: { sets } };
}

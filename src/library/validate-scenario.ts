import { type Problem, ScenarioError } from '../errors.ts';
import type { ResolvedScenario } from '../scenario/complete.ts';
import { type InputOptions, loadInput, type ScenarioInput } from './scenario-input.ts';

export type Validated =
  | {
      readonly valid: true;
      /** The scenario with every default filled in. */
      readonly scenario: ResolvedScenario;
      readonly problems: readonly [];
    }
  | { readonly valid: false; readonly scenario: null; readonly problems: readonly Problem[] };

/** Reads a scenario as `runScenario` would, and runs nothing. Problems are values here. */
export function validateScenario(input: ScenarioInput, options: InputOptions = {}): Validated {
  try {
    return { valid: true, scenario: loadInput(input, options).scenario, problems: [] };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { valid: false, scenario: null, problems: error.problems };
  }
}

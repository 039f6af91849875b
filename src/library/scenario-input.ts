import { type LoadedScenario, loadText } from '../run/load-scenario.ts';
import { readScenarioFile } from '../scenario/read.ts';

/**
 * A scenario: the path of its file, its YAML text, or what such a text says as plain data. Paths
 * within a text start from the folder of `file`, under which its problems are reported too; that
 * file itself is not read.
 */
export type ScenarioInput =
  | string
  | { readonly text: string; readonly file?: string }
  | { readonly scenario: { readonly [key: string]: unknown }; readonly file?: string };

export interface InputOptions {
  /** Values laid over the scenario, each `path=value`, as `--set` takes them. */
  readonly sets?: readonly string[] | undefined;
  /** What `${env:NAME}` stands for; nothing unless given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Reads it, its trace included. Throws a ScenarioError with every problem. */
export function loadInput(input: ScenarioInput, { sets, env }: InputOptions = {}): LoadedScenario {
  const { text, file } = textOf(input);
  return loadText(text, { file, sets, env });
}

export function textOf(input: ScenarioInput): { readonly text: string; readonly file: string } {
  if (typeof input === 'string') return { text: readScenarioFile(input), file: input };
  const { file = 'scenario' } = input;
  // JSON is YAML, so plain data is a text too, and is read by the same rules.
  return { text: 'text' in input ? input.text : JSON.stringify(input.scenario), file };
}

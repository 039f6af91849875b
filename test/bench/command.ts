import { spawnSync } from 'node:child_process';

/** A program that did not do what a bench needs; the message is for whoever runs the benches. */
export class CommandFailed extends Error {}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Exit codes that are no failure; 0 only by default. */
  readonly accepted?: readonly number[];
}

/** What a program printed. It has the machine to itself: nothing else runs meanwhile. */
export function outputOf(
  command: string,
  parameters: readonly string[],
  { env = process.env, cwd = process.cwd(), accepted = [0] }: CommandOptions = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    encoding: 'utf8',
    env,
    cwd,
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw new CommandFailed(`${command}: ${error.message}`);
  if (status === null || !accepted.includes(status)) {
    const said = `${stderr}${stdout}`.trim().split('\n').slice(0, 4).join(' | ');
    throw new CommandFailed(`${command} ${parameters.join(' ')} ended with ${status}: ${said}`);
  }
  return stdout;
}

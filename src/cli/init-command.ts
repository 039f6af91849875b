import { writeFileSync } from 'node:fs';
import { EXIT, UsageError } from '../errors.ts';
import { scenarioTemplate, type TemplateName } from '../scenario/template.ts';

/** Writes a commented scenario into the current folder; never over a file that is there. */
export function initCommand(args: {
  readonly name: string;
  readonly template: TemplateName;
  readonly force: boolean;
}): number {
  const base = args.name.replace(/\.ya?ml$/, '');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(base)) {
    throw new UsageError(
      `"${args.name}" cannot be a file's name here: letters, digits, dot, hyphen, underscore`,
    );
  }
  const file = `${base}.yaml`;
  try {
    writeFileSync(file, scenarioTemplate(args.template, base), { flag: args.force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} is there already; --force overwrites it`);
    throw new UsageError(`${file} cannot be written: ${message}`);
  }
  const next = args.template === 'sweep' ? 'sweep' : 'run';
  process.stdout.write(`wrote ${file}\nnext: npx sparestorm ${next} ${file}\n`);
  return EXIT.held;
}

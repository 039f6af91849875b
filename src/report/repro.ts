/** What a run was started from. */
export interface Source {
  /** Path of the scenario as the user typed it. */
  readonly file: string;
  /** Values of `--set`, in order: `path=value`. */
  readonly sets: readonly string[];
}

/**
 * One command line that runs the same scenario with the same operations again, for a POSIX shell.
 */
export function reproCommand(source: Source, seed: number, command = 'run'): string {
  // A path that begins with a hyphen would be read as an option.
  const file = source.file.startsWith('-') ? `./${source.file}` : source.file;
  const words = ['npx', 'sparestorm', command, file, '--seed', String(seed)];
  for (const set of source.sets) {
    if (!set.startsWith('seed=')) words.push('--set', set);
  }
  return words.map(shellQuoted).join(' ');
}

/** A word as a POSIX shell takes it. */
export function shellQuoted(word: string): string {
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  // Control characters are spelled out, so that the line can be shown and pasted as one line.
  const spelled = word
    .replace(/[\\']/g, '\\$&')
    .replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `$'${spelled}'`;
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Lines of the text exposition format; one that is none is an error. */
export function seriesIn(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  return text
    .slice(0, -1)
    .split('\n')
    .filter((line) => !/^# (HELP|TYPE) [a-z_]+ ./.test(line))
    .map((line) => {
      const parts =
        /^([a-zA-Z_][a-zA-Z0-9_]*)\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)$/.exec(line);
      if (parts === null) throw new Error(`not a line of the format: ${line.slice(0, 120)}`);
      const [, name = '', labels = '', value = ''] = parts;
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key = '', raw = '']): [string, string] => [
          key,
          raw.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
        ],
      );
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

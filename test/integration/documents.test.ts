import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * Goal: what the documents point at is there.
 *
 * Method: every relative link of every Markdown file, with its anchor; every command line of a
 * shell block that calls sparestorm or npm; every id in the table of warnings.
 *
 * Not covered: whether a command does what the text around it says; links to other sites.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IGNORED = ['node_modules', 'dist', 'results', 'coverage', '.git', '.nodes'];

interface Document {
  readonly path: string;
  readonly text: string;
}

const documents: readonly Document[] = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => !IGNORED.includes(name))
  .flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    const below = readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' });
    return below.map((path) => join(entry.name, path));
  })
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const named = (path: string): Document => documents.find((one) => one.path === path) as Document;

/** The text with fenced blocks blanked out, line for line. */
function proseOf(text: string): string {
  return text.replace(/^( *)```[\s\S]*?^\1```/gm, (block) => block.replace(/[^\n]/g, ''));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** A heading's anchor, as the usual hosts make it. */
function anchorOf(heading: string): string {
  const plain = heading.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const kept = plain.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
  return kept.trim().replaceAll(' ', '-');
}

function anchorsIn(path: string): string[] {
  const text = proseOf(readFileSync(join(ROOT, path), 'utf8'));
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] as string));
}

describe('links', () => {
  test.each(documents.map(({ path }) => path))('of %s resolve', (path) => {
    const text = proseOf(named(path).text);
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const link = match[1] as string;
      if (/^[a-z]+:/.test(link)) return [];
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? path : join(dirname(path), target);
      const isThere =
        existsSync(join(ROOT, file)) && (anchor === undefined || anchorsIn(file).includes(anchor));
      return isThere ? [] : [`${path}:${lineAt(text, match.index)}: ${link}`];
    });
    expect(broken).toEqual([]);
  });

  test('lead to every page of docs', () => {
    const linked = new Set(
      documents.flatMap(({ path, text }) =>
        [...proseOf(text).matchAll(/\]\(([^)\s#:]+)[^)]*\)/g)].map((match) =>
          join(dirname(path), match[1] as string),
        ),
      ),
    );
    const pages = documents.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    expect(pages.filter((path) => !linked.has(path))).toEqual([]);
  });
});

describe('commands', () => {
  const help = execFileSync(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), '--help'], {
    encoding: 'utf8',
  });
  const commands = [...help.matchAll(/^ {2}sparestorm (\w+)/gm)].map((match) => match[1] as string);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const npmCommands = ['ci', 'start', 'test', 'install'];

  const lines = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/^( *)```sh\n([\s\S]*?)^\1```/gm)].flatMap((block) =>
      (block[2] as string)
        .replaceAll('\\\n', ' ')
        .split('\n')
        .flatMap((line) => line.replace(/ #.*$/, '').split('&&'))
        .map((line) => ({ path, line: line.trim() })),
    ),
  );

  test('are commands of sparestorm, and the scenarios they name exist', () => {
    const ours = lines.filter(({ line }) => /^(npx sparestorm|node dist\/)/.test(line));
    expect(ours.length).toBeGreaterThan(10);
    const wrong = ours.filter(({ line }) => {
      const words = line.replace(/^(npx sparestorm|node dist\/\S+)\s*/, '').split(/\s+/);
      const [command = ''] = words;
      const isCommand = commands.includes(command) || command.startsWith('--');
      const scenarios = words.filter((word) => /^scenarios\/[^*]+\.yaml$/.test(word));
      return !isCommand || !scenarios.every((scenario) => existsSync(join(ROOT, scenario)));
    });
    expect(wrong).toEqual([]);
  });

  test('have options that the command knows', () => {
    const reference = named('docs/reference/cli.md').text;
    const known = (command: string): string[] => {
      const section = reference.split(/^## `/m).find((one) => one.startsWith(`${command}\``)) ?? '';
      return [...section.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(
        (match) => match[1] as string,
      );
    };
    const wrong = lines.flatMap(({ path, line }) => {
      const words = /^(?:npx sparestorm|node dist\/\S+) +(\w+)(.*)$/.exec(line);
      if (words === null) return [];
      const [, command = '', rest = ''] = words;
      const options = [...rest.matchAll(/(?<= )--(?:no-)?([a-z][a-z-]*)/g)];
      return options
        .map((match) => match[1] as string)
        .filter((option) => ![...known(command), 'help', 'version'].includes(option))
        .map((option) => `${path}: ${command} has no --${option}`);
    });
    expect(wrong).toEqual([]);
  });

  test('are scripts of the package', () => {
    const wrong = lines.filter(({ line }) => {
      const [program, first = '', second = ''] = line.split(/\s+/);
      if (program !== 'npm') return false;
      if (first === 'run') return scripts[second] === undefined;
      const isScript = first === 'start' || first === 'test';
      return !npmCommands.includes(first) || (isScript && scripts[first] === undefined);
    });
    expect(wrong).toEqual([]);
  });
});

test('the table of warnings has every warning, and no other', () => {
  const source = readFileSync(join(ROOT, 'src/report/warnings.ts'), 'utf8');
  const ids = [...source.matchAll(/\bid: ['`]([a-z-]+)/g)].map((match) => match[1] as string);
  const page = named('docs/explanation/measuring.md').text;
  const table = page.slice(page.indexOf('| id |'));
  const listed = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap((row) =>
    [...(row[1] as string).matchAll(/`([a-z-]+)`/g)].map((match) => match[1] as string),
  );
  // `integrity-${integrity}` is one template in the source and two ids in the table.
  const wanted = ids.flatMap((id) =>
    id === 'integrity-' ? ['integrity-off', 'integrity-sampled'] : [id],
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
});

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** util-linux's `script`, which runs a command on a pseudo-terminal of its own. */
export function hasPty(): boolean {
  return spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false;
}

/** Runs the built program on a terminal of so many columns; everything that it wrote there. */
export function onTerminal(
  words: readonly string[],
  { columns, locale }: { readonly columns: number; readonly locale: string },
): Promise<{ readonly code: number | null; readonly bytes: string }> {
  const quoted = [process.execPath, 'dist/src/cli/main.js', ...words]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const line = `stty cols ${columns} rows 50; exec ${quoted}`;
  return new Promise((resolve, reject) => {
    // script copies its input too; an end of it would end the terminal.
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TERM: 'xterm',
        LC_ALL: locale,
        NO_COLOR: '1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let bytes = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      bytes += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, bytes: bytes.replaceAll('\r\n', '\n') }));
  });
}

/** One thing that a program writes to a terminal: a code, a line feed, a return, or text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const PIECE = /\u001b\[([?\d;]*)([a-zA-Z])|\n|\r|[^\u001b\n\r]+/g;

/**
 * What stood on the terminal, each time that a redrawing was complete, and at the end. Knows the
 * codes that we use; another one is an error, since what it does would be missing here.
 */
export function screensIn(bytes: string): string[] {
  const screens: string[] = [];
  const rows: string[] = [''];
  let [row, column] = [0, 0];
  const shown = (): string => rows.map((line) => line.trimEnd()).join('\n');
  for (const [piece, parameter = '', code] of bytes.matchAll(PIECE)) {
    const count = Number(parameter) || 1;
    if (code === 'A') row = Math.max(0, row - count);
    else if (code === 'B') row += count;
    else if (code === 'G') column = count - 1;
    else if (code === 'K') rows[row] = parameter === '2' ? '' : (rows[row] ?? '').slice(0, column);
    else if (code === 'J') rows.splice(row + 1);
    else if (code === 'l' && parameter === '?2026') screens.push(shown());
    else if (code === 'h' || code === 'l' || code === 'm') continue;
    else if (code !== undefined) throw new Error(`an unknown code: ${JSON.stringify(piece)}`);
    else if (piece === '\r') column = 0;
    else if (piece === '\n') [row, column] = [row + 1, 0];
    else {
      const line = (rows[row] ?? '').padEnd(column);
      rows[row] = line.slice(0, column) + piece + line.slice(column + piece.length);
      column += piece.length;
    }
    while (rows.length <= row) rows.push('');
  }
  return [...screens, shown()];
}

import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../../src/cli/format-problems.ts';
import type { Problem } from '../../../src/errors.ts';

function problem(
  text: string,
  column: number,
  width: number,
  rest: Partial<Problem> = {},
): Problem {
  return {
    file: 'scenarios/contention.yaml',
    position: { line: 9, column },
    message: 'unknown key "duraton" in load',
    excerpt: { text, width },
    hint: null,
    ...rest,
  };
}

/** The line shown and the line of carets under it. */
function frameOf(text: string, column: number, width: number): [string, string] {
  const [, line = '', carets = ''] = formatProblems([problem(text, column, width)], false).split(
    '\n',
  );
  return [line, carets];
}

describe('problems on a terminal', () => {
  it('show place, message, line, caret and hint, and a count at the end', () => {
    const hint = 'did you mean "duration"?';
    expect(formatProblems([problem('  duraton: 20s', 3, 7, { hint })], false)).toBe(
      [
        'scenarios/contention.yaml:9:3  error  unknown key "duraton" in load',
        '   9 |   duraton: 20s',
        '     |   ^^^^^^^ did you mean "duration"?',
        '1 error in 1 file',
        '',
      ].join('\n'),
    );
  });

  it('put a long hint on lines of its own, none too long', () => {
    const hint = `known: ${Array.from({ length: 40 }, (_, index) => `metric${index}`).join(', ')}`;
    const lines = formatProblems([problem('a: b', 1, 1, { hint })], false).split('\n');
    expect(lines[2]).toBe('     | ^');
    expect(lines[3]).toMatch(/^ {5}known: metric0, /);
    expect(lines[4]).toMatch(/^ {5}metric/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('without a position show the file alone', () => {
    const text = formatProblems([problem('', 1, 1, { position: null, excerpt: null })], false);
    expect(text.split('\n')[0]).toBe(
      'scenarios/contention.yaml  error  unknown key "duraton" in load',
    );
  });

  it('are counted by file and setting', () => {
    const problems = [
      problem('a', 1, 1),
      problem('a', 1, 1, { file: 'b.yaml' }),
      problem('a', 1, 1, { file: '--set a=1' }),
    ];
    expect(formatProblems(problems, false)).toContain('3 errors in 2 files and 1 setting\n');
    expect(formatProblems(problems.slice(2), false)).toContain('1 error in 1 setting\n');
  });

  it('have colours only if asked for', () => {
    expect(formatProblems([problem('a', 1, 1)], false)).not.toContain('\u001b[');
    expect(formatProblems([problem('a', 1, 1)], true)).toContain('\u001b[31merror\u001b[39m');
  });
});

describe('the caret', () => {
  it.each([
    ['a tab', '\tab: x', 2, 2, '   9 |  ab: x', '     |  ^^'],
    ['a control character', 'a\u001b[31mb', 7, 1, '   9 | a␛[31mb', '     |       ^'],
    ['wide characters', '名前: x', 5, 1, '   9 | 名前: x', '     |       ^'],
    ['emoji', '😀: x', 5, 1, '   9 | 😀: x', '     |     ^'],
    ['a combining mark', 'e\u0301: x', 5, 1, '   9 | e\u0301: x', '     |    ^'],
    ['a mark that reorders text', 'a\u202eb', 3, 1, '   9 | a\ufffdb', '     |   ^'],
    ['wide characters under it', 'a: 名前', 4, 2, '   9 | a: 名前', '     |    ^^^^'],
    ['the end of the line', 'a:', 3, 1, '   9 | a:', '     |   ^'],
  ])('stands right with %s', (_what, text, column, width, line, carets) => {
    expect(frameOf(text, column, width)).toEqual([line, carets]);
  });

  it('stands right in the part shown of a very long line', () => {
    const text = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`;
    const [line, carets] = frameOf(text, 5001, 4);
    expect(line.length).toBeLessThanOrEqual(110);
    expect(line).toMatch(/^ {3}9 \| …x+HEREy+…$/);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('is not longer than what is shown', () => {
    const [, carets] = frameOf('x'.repeat(5000), 1, 5000);
    expect(carets.length).toBeLessThanOrEqual(100);
  });
});

it('a message cannot write to the terminal either', () => {
  const message = 'unknown \u001b[2J key';
  const file = 'a\u0007.yaml';
  const hint = '\u009b31m';
  const text = formatProblems([problem('a', 1, 1, { message, file, hint })], false);
  for (const control of ['\u0007', '\u001b', '\u009b']) expect(text).not.toContain(control);
});

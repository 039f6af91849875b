import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/scenario/source.ts';
import { plain } from '../../../src/scenario/tree.ts';
import { treeOf } from '../../../src/scenario/yaml.ts';

function dataOf(text: string): unknown {
  const { tree, problems } = treeOf(sourceOf('x.yaml', text));
  if (tree === null) throw new Error(problems[0]?.message);
  return plain(tree);
}

/** The first problem, as `line:column message`. */
function problemOf(text: string): string {
  const { tree, problems } = treeOf(sourceOf('x.yaml', text));
  if (tree !== null) throw new Error('accepted');
  const [problem] = problems;
  return `${problem?.position?.line}:${problem?.position?.column} ${problem?.message}`;
}

describe('YAML', () => {
  it.each([
    ['a: 1\nb: [x, 2.5, true, null]\n', { a: 1, b: ['x', 2.5, true, null] }],
    ['a: yes\nb: 1:30\nc: 012\n', { a: 'yes', b: '1:30', c: 12 }],
    ['\uFEFFa: 1\r\nb:\r\n  c: x\r\n', { a: 1, b: { c: 'x' } }],
    ['a: &x { b: 1 }\nc: *x\n', { a: { b: 1 }, c: { b: 1 } }],
    ['1: a\ntrue: b\n', { 1: 'a', true: 'b' }],
    ['<<: { a: 1 }\n', { '<<': { a: 1 } }],
    ['a: !!str 5\n', { a: '5' }],
    ['', null],
    ['# only a comment\n', null],
  ])('%j is read under the core schema of 1.2', (text, data) => {
    expect(dataOf(text)).toEqual(data);
  });

  it.each([
    ['a: 1\na: 2\n', '2:1 the key "a" is given twice in one map, first on line 1'],
    ['a: 1\n---\nb: 2\n', '2:1 a second YAML document begins here; a file holds one scenario'],
    ['a: *x\n', '1:4 the alias *x has no anchor before it'],
    ['a: &x [*x]\n', '1:8 the alias *x stands inside what it repeats'],
    ['a: !!js/function "x"\n', '1:4 tags are not part of the format: Unresolved tag'],
    ['a: !!binary aGk=\n', '1:4 tags are not part of the format: Unresolved tag'],
    ['a: !mine {}\n', '1:4 tags are not part of the format: Unresolved tag'],
    ['? [a]\n: 1\n', '1:3 a key must be a plain name, not a list or a map'],
    ['%YAML 1.1\n---\na: 1\n', '1:1 scenarios are YAML 1.2, and this text says 1.1'],
    ['a: \0\n', '1:4 the character U+0000 is not allowed in a YAML text'],
    ['a: x\x1b[31m\n', '1:5 the character U+001B is not allowed in a YAML text'],
    ['a: 1\rb: 2\n', '1:5 the character U+000D is not allowed in a YAML text'],
    ['a: \ud800\n', '1:4 the character U+D800 is not allowed in a YAML text'],
    ['a:\n\tb: 1\n', '2:1 not valid YAML: tabs are not allowed as indentation'],
    ['a: "x\n', '2:1 not valid YAML: missing closing "quote'],
    ['a: b: c\n', '1:4 not valid YAML: nested mappings are not allowed in compact mappings'],
  ])('%j is refused at its place', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });

  it('with several mistakes reports each', () => {
    const { problems } = treeOf(sourceOf('x.yaml', 'a: @x\nb: `y\n'));
    expect(problems.map((problem) => problem.position?.line)).toEqual([1, 2]);
  });
});

describe('a hostile text', () => {
  const MIB = 1024 * 1024;
  const bomb = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 9 }, (_, index) => {
      const aliases = Array.from({ length: 9 }, () => `*a${index}`).join(', ');
      return `a${index + 1}: &a${index + 1} [${aliases}]`;
    }),
  ].join('\n');
  const tower = Array.from({ length: 40 }, (_, index) =>
    index === 0 ? 'a0: &a0 [x]' : `a${index}: &a${index} [*a${index - 1}]`,
  ).join('\n');

  // What grows with the square of a text, or faster, would take far longer than a test may.
  it.each([
    ['an alias bomb', bomb, 'more than 10000 values, counting what aliases stand for'],
    ['a tower of aliases', tower, 'nested deeper than 32 levels'],
    ['33 lists in one another', `a: ${'['.repeat(33)}${']'.repeat(33)}`, 'nested deeper than 32'],
    ['a million brackets', '['.repeat(MIB), 'nested deeper than 32 levels'],
    ['a million braces', '{'.repeat(MIB), 'nested deeper than 32 levels'],
    ['half a million dashes', '- '.repeat(MIB / 2), 'nested deeper than 32 levels'],
    ['half a million colons', ': '.repeat(MIB / 2), 'nested deeper than 32 levels'],
    ['half a million question marks', '? '.repeat(MIB / 2), 'nested deeper than 32 levels'],
    ['pairs in lists', '[a: '.repeat(MIB / 4), 'nested deeper than 32 levels'],
    ['many documents', '---\n'.repeat(MIB / 4), 'a second YAML document'],
    ['many values', '- a\n'.repeat(10_000), 'more than 10000 values'],
    ['many commas', `[${','.repeat(MIB - 2)}]`, 'more than 120000 words and marks'],
    ['many anchors', '&a '.repeat(MIB / 4), 'more than 120000 words and marks'],
    ['many lines without a value', '#\n'.repeat(MIB / 2), 'more than 120000 words and marks'],
    ['an open quote over a million lines', `"${'x\n'.repeat(MIB / 2 - 1)}`, 'missing closing'],
    ['a text that is too long', ' '.repeat(MIB + 1), 'longer than 1048576 characters'],
  ])('(%s) is refused soon', { timeout: 30_000 }, (_what, text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });

  it.each([
    ['32 lists in one another', `${'['.repeat(32)}${']'.repeat(32)}`],
    ['9999 values', '- a\n'.repeat(9999)],
    ['one long scalar', `a: ${'x'.repeat(MIB - 3)}`],
  ])('(%s) within the limits is read', (_what, text) => {
    expect(dataOf(text)).toBeDefined();
  });
});

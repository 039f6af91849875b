import Table from 'cli-table3';

const RULES =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid ' +
  'mid-mid right right-mid';

/**
 * A table without rules, indented: columns are told apart by space, and all but the first, and
 * those named in `left`, stand to the right.
 */
export function bareTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [],
): string[] {
  const table = new Table({
    head: [...head],
    chars: { ...Object.fromEntries(RULES.split(' ').map((name) => [name, ''])), middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: head.map((_, index) => (index === 0 || left.includes(index) ? 'left' : 'right')),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`);
}

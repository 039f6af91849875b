import { expect, test } from 'vitest';
import { csvText } from '../../../src/report/csv.ts';
import { rowsIn } from '../../support/csv.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';

test('what is written can be read back', () => {
  const text = csvText(
    ['a', 'b', 'c'],
    [
      ['x, "y"', 1.5, null],
      ['z', -3, true],
    ],
  );
  expect(text).toBe('a,b,c\n"x, ""y""",1.5,\nz,-3,true\n');
  expect(rowsIn(text)).toEqual([
    { a: 'x, "y"', b: '1.5', c: '' },
    { a: 'z', b: '-3', c: 'true' },
  ]);
});

test.each(['=1+1', '+1', '-1', '@x', ' =1'])('%j is no formula', (text) => {
  const [row] = rowsIn(csvText(['a'], [[text]]));
  expect(row?.a).toMatch(/^'/);
});

test.each(HOSTILE_NAMES)('%s stays one cell', (_, name) => {
  const rows = rowsIn(csvText(['a', 'b'], [[name, 1]]));
  expect(rows).toHaveLength(1);
  expect(rows[0]?.b).toBe('1');
  expect(rows[0]?.a).not.toMatch(/^[=+\-@]|\p{Cc}/u);
});

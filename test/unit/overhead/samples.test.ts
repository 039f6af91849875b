import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/errors.ts';
import { parseSamples, SampleBook, samplesText } from '../../../src/overhead/samples.ts';

function problemsOf(text: string): string[] {
  try {
    parseSamples(text, 'x.csv');
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ position, message }) => `${position?.line ?? '-'}: ${message}`);
  }
  return [];
}

describe('a file of samples', () => {
  test('has times in the unit of its column, and remarks', () => {
    const text = '# one each\noperation,us\nping,24215\n\n# the other\nremap, 22253\n';
    expect(parseSamples(text, 'x.csv')).toEqual([
      { path: 'samples', operation: 'ping', ns: [24_215_000], rounds: null },
      { path: 'samples', operation: 'remap', ns: [22_253_000], rounds: null },
    ]);
  });

  test.each([
    ['ns', 1],
    ['us', 1e3],
    ['ms', 1e6],
    ['s', 1e9],
  ])('in %s', (unit, factor) => {
    const [series] = parseSamples(`operation,${unit}\nping,2\n`, 'x.csv');
    expect(series?.ns).toEqual([2 * factor]);
  });

  test('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(parseSamples('\uFEFFoperation,ns\r\nping,2\r\n', 'x.csv')[0]?.ns).toEqual([2]);
  });

  test('is read back as it was written', () => {
    const name = fc.constantFrom('ping', 'ping again', 'remap', 'floor');
    const line = fc.tuple(fc.constantFrom('direct', 'steps'), name, fc.nat(1e9));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const book = new SampleBook();
        for (const [round, [path, operation, ns]] of lines.entries()) {
          book.add(path, operation, round, ns);
        }
        expect(parseSamples(samplesText(book.all), 'x.csv')).toEqual(book.all);
      }),
      { seed: 1 },
    );
  });

  test.each([
    ['', '-: holds no samples'],
    ['# nothing else\n', '-: holds no samples'],
    ['operation\nping\n', '1: the first line must name operation, and one of ns, us, ms, s'],
    ['operation,us,ms\n', '1: the first line must name operation, and one of ns, us, ms, s'],
    ['ping,24215\n', '1: unknown column "ping"'],
    ['operation,us,us\n', '1: a column is named twice'],
  ])('%j is refused', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('with several problems has all of them told', () => {
    const text =
      'operation,round,us\nping,0,1\nping,0,2\nping,1\nping,x,3\nping,2,-1\nping,3,\n,4,1\n' +
      `${'p'.repeat(41)},5,1\n`;
    expect(problemsOf(text)).toEqual([
      '3: round 0 has a second sample of ping',
      '4: has 2 values, not 3',
      '5: round must be a whole number from 0, not "x"',
      '6: us must be a number from 0, not "-1"',
      '7: us must be a number from 0, not ""',
      '8: a name must have 1 to 40 visible characters',
      '9: a name must have 1 to 40 visible characters',
    ]);
  });
});

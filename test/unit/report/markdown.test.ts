import { expect, test } from 'vitest';
import { markdownSummary } from '../../../src/report/markdown.ts';
import { brokenVerdict, someResult, someThreshold } from '../../support/run-record.ts';

test('the summary has verdict, thresholds, checks, latencies and the command', () => {
  const text = markdownSummary(
    someResult({ plan: { thresholds: [someThreshold('allocation.p99', '<', 100_000)] } }),
  );
  expect(text).toMatch(/^# ✓ small-and-plain\n\n1\.52k operations in 2\.00s by 2 threads/);
  expect(text).toContain('| ✓ | allocation.p99 &lt; 100000 | 590ns |');
  expect(text).toContain(
    '| collisions | held | 0 | 20 claims examined: nothing against collisions. |',
  );
  expect(text).toContain('| read | 1.00k | 1.50ms | 1.99ms | 2.00ms | 2.00ms | 2.00ms |');
  expect(text).toMatch(/\n\n {4}npx sparestorm run scenarios\/small\.yaml --seed 42\n$/);
});

test('violations come with their evidence', () => {
  const text = markdownSummary(
    someResult({
      verdicts: [
        brokenVerdict('collisions', 2),
        brokenVerdict('data', 1, { consequenceOf: 'collisions' }),
      ],
    }),
  );
  expect(text).toContain('| collisions | broken | 2 |');
  expect(text).toContain('(explained by the collisions)');
  expect(text).toContain('- collisions: spare 5 serves LBA 105');
});

test('a broken run shows its dump as code', () => {
  const ending = { kind: 'broken', reason: 'Stuck.', dump: ['lock: <held> by | 1'] } as const;
  expect(markdownSummary(someResult({ run: { ending } }))).toContain(
    '\n\n    lock: <held> by | 1\n\n',
  );
});

test.each([
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '![x](http://x/y.png)',
  'a | b',
  '`code`',
  '**bold** _it_ ~~no~~',
  'line\nbreak\r\u0085\u2028',
  '&lt;',
])('the name %j cannot become markup', (name) => {
  const [title = ''] = markdownSummary(someResult({ plan: { name } })).split('\n');
  expect(title).toMatch(/^# ✓ /);
  // What is left unescaped of the characters that mean something to Markdown or HTML.
  const active = title
    .slice(4)
    .replace(/\\[\\`*_{}[\]|~]/g, '')
    .replace(/&(amp|lt|gt);/g, '');
  expect(active).not.toMatch(/[<>[\]|`*_~&\n\r]/);
});

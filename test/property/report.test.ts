import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderName } from '../../src/report/folder.ts';
import { markdownSummary } from '../../src/report/markdown.ts';
import { resultSchema } from '../../src/report/result-schema.ts';
import { summaryText } from '../../src/report/terminal.ts';
import { asciiOf, clip, columnsOf, printable, wrap } from '../../src/report/text.ts';
import { brokenVerdict, samples, someOperation, someResult } from '../support/run-record.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const latencies = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 50 });

test('printable text has no control, format or separator character', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(asciiOf(printable(text))).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

test('clipped and wrapped text keeps within its columns, and wrapping loses no letter', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 4, max: 80 }), (raw, columns) => {
      const text = printable(raw);
      expect(columnsOf(clip(text, columns))).toBeLessThanOrEqual(columns);
      const lines = wrap(text, columns);
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
      const letters = (from: string) => from.replaceAll(' ', '');
      expect(letters(lines.join(''))).toBe(letters(text));
    }),
  );
});

test('a folder name is one harmless path segment', () => {
  fc.assert(
    fc.property(anyText, fc.maxSafeNat(), (name, seed) => {
      const folder = folderName({ startedAt: '2026-11-22T07:40:12.345Z', name, seed });
      expect(folder).toMatch(/^2026-11-22T07-40-12_[A-Za-z0-9]+(-[A-Za-z0-9]+)*_s\d+$/);
    }),
  );
});

test('any run has a result that its schema accepts, and texts that keep to their terminal', () => {
  fc.assert(
    fc.property(
      anyText,
      latencies,
      latencies,
      fc.integer({ min: 0, max: 3e9 }),
      fc.boolean(),
      fc.integer({ min: 60, max: 140 }),
      (name, reads, waits, durationNs, unicode, width) => {
        const result = someResult({
          plan: { name },
          run: {
            durationNs,
            operations: { read: someOperation(samples(...reads), reads.length * 4096) },
            allocationLock: { wait: samples(...waits) },
          },
          verdicts: [brokenVerdict('collisions', 1, { summary: name })],
        });
        expect(resultSchema.safeParse(result).error).toBeUndefined();
        const text = summaryText(result, { color: false, unicode, width });
        for (const line of text.split('\n')) {
          expect(line).not.toMatch(/\p{Cc}/u);
          if (!line.startsWith('  repeat:')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
          if (!unicode) expect(line).toMatch(/^[\x20-\x7e]*$/);
        }
        expect(markdownSummary(result)).toMatch(/^(?:\P{Cc}|\n)*$/u);
      },
    ),
  );
});

import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { historyCsv, historyParquet } from '../../../src/report/history-table.ts';
import { rowsIn } from '../../support/csv.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';
import { someResult } from '../../support/run-record.ts';

const runs = [
  { path: 'results/one', result: someResult() },
  { path: 'results/two', result: someResult({ plan: { seed: 43, name: '=1+1' } }) },
];

describe('the history as a table', () => {
  test('CSV: a row a run, with the figures of its result', () => {
    const rows = rowsIn(historyCsv(runs));
    expect(rows.map(({ folder, seed, name }) => [folder, seed, name])).toEqual([
      ['one', '42', 'small-and-plain'],
      ['two', '43', "'=1+1"],
    ]);
    const { result } = runs[0] as (typeof runs)[0];
    expect(rows[0]?.['read.service.p99'] ?? rows[0]?.['read.p99']).toBe(
      String(result.operations.read.service.p99),
    );
    expect(rows[0]?.throughput).toBe(String(result.throughput.operationsPerSecond));
    // No syncs: no value, which is not 0.
    expect(rows[0]?.['sync.service.p99'] ?? rows[0]?.['sync.p99']).toBe('');
  });

  test('Parquet: the same, read by another program', async () => {
    const bytes = historyParquet(runs);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file: file as ArrayBuffer });
    expect(rows).toHaveLength(2);
    const [csv] = rowsIn(historyCsv(runs));
    for (const [name, text] of Object.entries(csv ?? {})) {
      const value: unknown = rows[0]?.[name];
      if (name === 'startedAt') expect((value as Date).toISOString()).toBe(text);
      else
        expect([name, value ?? '']).toEqual([
          name,
          typeof value === 'number' ? Number(text) : text,
        ]);
    }
  });

  test.each(HOSTILE_NAMES)('%s in a name stays in its cell', (_, name) => {
    const result = someResult({ plan: { name } });
    expect(rowsIn(historyCsv([{ path: 'x', result }]))).toHaveLength(1);
    expect(historyParquet([{ path: 'x', result }]).length).toBeGreaterThan(100);
  });
});

/** Rows of a CSV text (RFC 4180), by the names in its head. */
export function rowsIn(text: string): Record<string, string>[] {
  const records: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^",\n]*)([,\n])/g;
  let end = 0;
  for (const match of text.matchAll(cell)) {
    if (match.index !== end) throw new Error(`not CSV: ${text.slice(end, end + 40)}`);
    end += match[0].length;
    const [, raw = '', after] = match;
    const value = raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
    (records.at(-1) as string[]).push(value);
    if (after === '\n') records.push([]);
  }
  if (end !== text.length) throw new Error('the last line has no end');
  const [head = [], ...rows] = records.slice(0, -1);
  return rows.map((row) => {
    if (row.length !== head.length) throw new Error(`${row.length} cells under ${head.length}`);
    return Object.fromEntries(head.map((name, index) => [name, row[index] as string]));
  });
}

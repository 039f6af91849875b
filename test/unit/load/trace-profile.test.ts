import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { traceText } from '../../../src/cli/trace-text.ts';
import { profileTrace } from '../../../src/load/trace/profile.ts';
import { traceFolder } from '../../support/traces.ts';

const folder = traceFolder();

function profileOf(text: string) {
  const file = join(folder, 'x.iolog');
  writeFileSync(file, text);
  return profileTrace({ file, format: 'auto', columns: null, device: null });
}

describe('the profile of a trace', () => {
  test('of sqlite has the figures that its description names', () => {
    const file = fileURLToPath(
      new URL('../../../scenarios/traces/sqlite-oltp-wal.flat.v3.iolog', import.meta.url),
    );
    const profile = profileTrace({ file, format: 'auto', columns: null, device: null });
    expect(profile.sizes).toEqual([
      { bytes: 4096, count: 7750 },
      { bytes: 4608, count: 6983 },
      { bytes: 512, count: 4335 },
      { bytes: 1024, count: 136 },
    ]);
    expect(profile.addresses).toMatchObject({ sectorCount: 24_448, touchedBlocks: 1736 });
    expect(profile.overlap.writeShare).toBeCloseTo(0.93, 2);
    expect(profile.alignment[3]).toEqual({ bytes: 4096, share: expect.closeTo(0.4, 1) });
    const { slots } = profile.rate;
    expect(slots.reduce((sum, count) => sum + count, 0)).toBe(19_827);
  });

  test('counts alignment, sequences, hot blocks and overlap by hand', () => {
    const profile = profileOf(
      [
        ...['fio version 3 iolog', '0 d add', '0 d open', '0 d write 0 4096'],
        ...['1000000 d read 4096 4096', '2000000 d read 512 512', '3000000 d write 8192 512'],
        ...['4000000 d sync 0 0', '4000000 d trim 1048576 512', ''],
      ].join('\n'),
    );
    expect(profile.operations).toEqual({
      read: { count: 2, bytes: 4608 },
      write: { count: 2, bytes: 4608 },
      sync: { count: 1, bytes: 0 },
      trim: { count: 1, bytes: 512 },
    });
    expect(profile.alignment.map(({ share }) => share)).toEqual([1, 0.5, 0.5, 0.5, 0, 0, 0, 0]);
    expect(profile.addresses).toEqual({
      ...{ sectorCount: 2049, blockBytes: 4096, touchedBlocks: 3, touchedSectors: 24 },
      hot: [
        { blockShare: 0.01, accessShare: 0.5 },
        { blockShare: 0.1, accessShare: 0.5 },
        { blockShare: 0.5, accessShare: 0.75 },
      ],
      sequentialShare: 0.25,
    });
    expect(profile.overlap).toEqual({ granularityBytes: 512, writeShare: 0, readShare: 0.5 });
    expect(profile.rate).toMatchObject({ meanPerSecond: 1.5, slotNs: 4e9 / 60 });
  });

  test.each([
    ['with colour and Unicode', { color: true, unicode: true, width: 80, isLive: false }],
    ['in plain ASCII', { color: false, unicode: false, width: 100, isLive: false }],
  ])('is shown in 80 columns, %s', (_, terminal) => {
    const lines = Array.from(
      { length: 50 },
      (_, n) => `${n} d write ${n * 2 ** 33} ${n * 512 + 512}`,
    );
    const profile = profileOf(`fio version 3 iolog\n0 d add\n0 d open\n${lines.join('\n')}\n`);
    const named = {
      ...profile,
      file: `/${'long/'.repeat(40)}\u001b[2J`,
      warnings: ['w '.repeat(90)],
    };
    const text = traceText(named, terminal);
    const plain = stripVTControlCharacters(text);
    expect(Math.max(...plain.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(plain).not.toContain('\u001b');
    expect(plain).toContain('50 operations');
    if (!terminal.unicode) expect(plain).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../../src/report/result-schema.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';
import { HOSTILE_NAMES } from '../support/hostile.ts';

/**
 * Goal: a trace of any size is told of and replayed in bounded memory.
 *
 * Method: the same load for 2 MB and for 200 MB of iolog, and the most memory that the process ever
 * had. Its records alone would take 24 bytes each, 130 MB, and kept as objects several times that.
 * What is left for chance is the collector's: how much garbage of lines it lets lie.
 *
 * Not covered: a trace that touches more than the table of blocks tells apart; see its own test.
 */
const folder = temporaryFolder();
const MOST_BESIDES_KIB = 64 * 1024;

/** Prints the most memory that the process had, in KiB, when it ends. */
const TELL =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("maxRSS "+process.resourceUsage().maxRSS+"\\n"))';

/** 4 to 16 KiB at pages all over 3.9 GB, some tens of microseconds apart. */
function traceOf(bytes: number): { readonly file: string; readonly count: number } {
  const path = join(folder, `${bytes}.iolog`);
  const file = openSync(path, 'w');
  let text = 'fio version 3 iolog\n0 disk0 add\n0 disk0 open\n';
  let [written, count, us, random] = [0, 0, 0, 1];
  while (written + text.length < bytes) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    us += random % 40;
    const offset = ((random >>> 4) % 950_000) * 4096;
    const length = (1 + ((random >>> 8) % 4)) * 4096;
    text += `${us} disk0 ${random >>> 31 ? 'read' : 'write'} ${offset} ${length}\n`;
    count++;
    if (text.length < 1e6) continue;
    written += writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  closeSync(file);
  return { file: path, count };
}

async function mostKib(words: readonly string[]) {
  const answer = await sparestorm(words, { nodeFlags: ['--import', TELL] });
  expect(answer.code).toBe(0);
  const told = [...answer.stderr.matchAll(/maxRSS (\d+)/g)].map(([, kib]) => Number(kib));
  return { kib: Math.max(...told), document: JSON.parse(answer.stdout) };
}

test('200 MB take as much memory as 2 MB', { timeout: 1_200_000 }, async () => {
  const [small, large] = [traceOf(2e6), traceOf(200e6)];
  const told = [];
  const replayed = [];
  for (const { file, count } of [small, large]) {
    const trace = await mostKib(['trace', file, '--json']);
    expect(trace.document.recordCount).toBe(count);
    told.push(trace.kib);
    const scenario = ['scenarios/replay-sqlite.yaml', '--out', folder, '--json'];
    const sets = [
      `load.trace.file=${file}`,
      ...['device.sectors=7700000', 'device.medium=none', 'integrity=off'],
      ...['load.trace.threads=round-robin', 'jitter=off'],
    ];
    const run = await mostKib(['run', ...scenario, ...sets.flatMap((set) => ['--set', set])]);
    const [result] = run.document.results as Result[];
    expect((result?.operations.read.count ?? 0) + (result?.operations.write.count ?? 0)).toBe(
      count,
    );
    replayed.push(run.kib);
  }
  const [toldSmall = 0, toldLarge = 0] = told;
  const [replayedSmall = 0, replayedLarge = 0] = replayed;
  expect(toldLarge - toldSmall).toBeLessThan(MOST_BESIDES_KIB);
  expect(replayedLarge - replayedSmall).toBeLessThan(MOST_BESIDES_KIB);
});

/**
 * As a name of a file may be: without a separator, and not longer than a file system takes. And
 * without `$`, since a scenario has `${env:NAME}` replaced.
 */
function fileName(name: string): string {
  return `${name.replace(/[$/\0\p{Cs}]/gu, '').slice(0, 60)}.iolog`;
}

test('hostile names of a trace, its device and a recording stay text, in every file', async () => {
  const home = join(folder, 'hostile');
  mkdirSync(home);
  for (const [index, [what, hostile]] of HOSTILE_NAMES.entries()) {
    const name = fileName(hostile);
    // fio parts its fields by white space, and a device may have no path in its name.
    const device = hostile.replace(/[\s/\\\0\p{Cs}]/gu, '').slice(0, 60);
    const lines = Array.from(
      { length: 200 },
      (_, at) => `${at} ${device} ${at % 2 === 0 ? 'read' : 'write'} ${at * 4096} 4096`,
    );
    writeFileSync(
      join(home, name),
      ['fio version 3 iolog', `0 ${device} add`, `0 ${device} open`, ...lines, ''].join('\n'),
    );
    const scenario = join(home, 'scenario.yaml');
    const asText = JSON.stringify({
      version: 1,
      name: 'hostile-trace',
      device: { sectors: '16Ki' },
      load: { threads: 1, trace: { file: name } },
    }).replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    writeFileSync(scenario, asText);
    const results = join(home, `results-${index}`);
    const recorded = join(home, `recorded-${name}`);
    const words = ['run', scenario, '--out', results, '--record', recorded];
    const { code, stdout, stderr } = await sparestorm(words);
    const told = await sparestorm(['trace', join(home, name)]);
    expect([what, code, told.code]).toEqual([what, 0, 0]);
    const [run] = entriesOf(results).filter((entry) => entry !== 'index.jsonl');
    const path = join(results, run as string);
    const files = entriesOf(path).map((entry): [string, string] => [
      entry,
      readFileSync(join(path, entry), 'utf8'),
    ]);
    const outputs: [string, string][] = [
      ['stdout', stdout],
      ['stderr', stderr],
      ['trace', told.stdout],
    ];
    for (const [entry, text] of [...outputs, ...files]) {
      // JSON has its own way to write what is no text, and keeps the rest as it was.
      const isClean = entry.endsWith('.json') || !/[^\P{Cc}\n]|\p{Cf}/u.test(text);
      expect([what, entry, isClean]).toEqual([what, entry, true]);
      const isMarkup = /\.(html|md|xml)$/.test(entry) && /<(img|script>alert)/.test(text);
      expect([what, entry, isMarkup]).toEqual([what, entry, false]);
    }
  }
  const expected = HOSTILE_NAMES.flatMap(([, name], index) => [
    fileName(name),
    `recorded-${fileName(name)}`,
    `results-${index}`,
  ]);
  expect(entriesOf(home).sort()).toEqual([...new Set([...expected, 'scenario.yaml'])].sort());
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { outputOf } from './command.ts';

/**
 * Does the hot loop stay compiled? Runs loads of several kinds for a short and for a long time, and
 * counts how often the engine threw away optimised code of the files that the loop is made of. What
 * happens while a run starts and ends (first meetings, the first end of a loop) happens once in
 * both; a call with several targets or a type that changes goes on, and shows as a difference.
 */
const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** Folders and files of the emitted program that the loop runs through. */
const HOT = [
  ...['load', 'device', 'lock', 'memory', 'clock.js', 'random.js'],
  ...['histogram', 'shared-histogram', 'thread-counters', 'operation-log'].map(inRecord),
  ...['claim-log', 'owner-table', 'sector-audit', 'stamp'].map(inRecord),
];
/**
 * In those files, but not in the loop: the coordinator takes snapshots beside it, and tables are
 * built before the gate.
 */
const ELSEWHERE = ['snapshot', 'addTo', 'mergeHistograms', 'differenceOf', 'columnsFor'];
const SHORT_MS = 500;
const LONG_MS = 4000;
/**
 * One reason throws away one function's code once in each thread and once in the coordinator, and
 * once more where it is compiled again before its first end has been seen.
 */
const MOST_ONCE = 6;

const LOADS = {
  'null device': 'device: { medium: none }\nintegrity: off\nload: { mix: { read: 1, write: 1 },',
  chained: 'integrity: off\nload: { mix: { read: 1, write: 1 }, timing: chained,',
  plain: 'integrity: off\nload: { mix: { read: 1, write: 1 },',
  checked: 'integrity: strict\nload: { mix: { read: 1, write: 1 },',
  zipf: 'integrity: off\nload: { mix: { read: 1, write: 1 }, addresses: { distribution: zipf },',
  remaps: 'integrity: strict\nload: { mix: { read: 60, write: 30, remap: 5, unremap: 5 },',
} as const;

function inRecord(name: string): string {
  return join('record', `${name}.js`);
}

/** Names of all functions of the hot files: the engine's trace says no more of a function. */
function hotFunctions(): ReadonlySet<string> {
  const root = dirname(dirname(CLI));
  const names = new Set<string>();
  for (const place of HOT) {
    const files = place.endsWith('.js')
      ? [place]
      : readdirSync(join(root, place)).map((name) => join(place, name));
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const match of text.matchAll(/^(?:export )?(?:function (\w+)|\s+(#?\w+)\(.*\) \{$)/gm)) {
        names.add((match[1] ?? match[2]) as string);
      }
    }
  }
  for (const name of ELSEWHERE) names.delete(name);
  return names;
}

const hot = hotFunctions();

/** Bailouts out of hot functions in one run: `function: reason`, each as often as it happened. */
function bailoutsOf(head: string, milliseconds: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sparestorm-deopt-'));
  try {
    const file = join(folder, 'scenario.yaml');
    const load = `${head} threads: 2, warmup: 100ms, duration: ${milliseconds}ms }`;
    writeFileSync(file, `version: 1\nname: deopt\n${load}\n`);
    const run = [CLI, 'run', file, '--quiet', '--no-progress', '--out', join(folder, 'results')];
    const trace = outputOf(process.execPath, ['--trace-deopt', ...run]);
    return [...trace.matchAll(/reason: ([^)]+)\).*<JSFunction (#?\w+)/g)]
      .filter((match) => hot.has(match[2] as string))
      .map((match) => `${match[2]}: ${match[1]}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const table = new Table({
  head: ['load', `bailouts in ${SHORT_MS} ms`, `in ${LONG_MS} ms`, 'repeated in the long run'],
  style: { head: [], border: [], compact: true },
});
let worst = 0;
for (const [name, head] of Object.entries(LOADS)) {
  const short = bailoutsOf(head, SHORT_MS);
  const long = bailoutsOf(head, LONG_MS);
  const counts = new Map<string, number>();
  for (const bailout of long) counts.set(bailout, (counts.get(bailout) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > MOST_ONCE);
  worst = Math.max(worst, ...repeated.map(([, count]) => count));
  const shown = repeated.map(([bailout, count]) => `${bailout} × ${count}`).join('\n');
  table.push([name, short.length, long.length, shown]);
}
process.stdout.write(`${table.toString()}\n`);
process.exitCode = worst === 0 ? 0 : 1;

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOf } from './command.ts';
import { DEVICE_BYTES, type Load, SECTOR_BYTES, WARMUP_SECONDS, ZIPF_THETA } from './load.ts';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PROBE = fileURLToPath(new URL('./probe.js', import.meta.url));

/** What the benches read of a result. */
interface Measured {
  readonly durationNs: number;
  readonly operations: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
}

export interface LoadOptions {
  readonly integrity?: 'strict' | 'off';
  /** In a terminal of its own, with the live panel; else without progress. */
  readonly live?: boolean;
  /** Whether pauses of the machine are watched for. */
  readonly jitter?: 'auto' | 'off';
}

/** A whole run by the command line, as a user starts it. */
function runOf(
  load: Load,
  { integrity = 'off', live = false, jitter = 'auto' }: LoadOptions,
): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'sparestorm-bench-'));
  try {
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, scenarioOf(load, integrity, jitter));
    if (live) return liveRun(folder, file);
    const run = [CLI, 'run', file, '--no-progress', '--json', '--out', join(folder, 'results')];
    return JSON.parse(outputOf(process.execPath, run)).results[0];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The panel redraws only in a terminal: `script` stands in for one. */
function liveRun(folder: string, file: string): Measured {
  const out = join(folder, 'results');
  const line = [process.execPath, CLI, 'run', file, '--out', out].map(quoted).join(' ');
  const { CI: _, ...env } = process.env;
  outputOf('script', ['-qec', line, '/dev/null'], { env: { ...env, TERM: 'xterm' } });
  const index = readFileSync(join(out, 'index.jsonl'), 'utf8');
  const { folder: name } = JSON.parse(index.trim().split('\n').at(-1) as string);
  return JSON.parse(readFileSync(join(out, name, 'result.json'), 'utf8'));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function scenarioOf(load: Load, integrity: string, jitter: string): string {
  const theta = load.distribution === 'zipf' ? `, theta: ${ZIPF_THETA}` : '';
  return `version: 1
name: bench
seed: 1
device: { sectors: ${DEVICE_BYTES / SECTOR_BYTES}, medium: ${load.medium} }
load:
  threads: ${load.threads}
  warmup: ${WARMUP_SECONDS}s
  duration: ${load.seconds}s
  timing: ${load.timing ?? 'each'}
  mix: { read: 50, write: 50 }
  blockSize: ${load.blockBytes}
  addresses: { distribution: ${load.distribution}${theta} }
integrity: ${integrity}
jitter: ${jitter}
`;
}

/** Operations a second. */
export function operationsPerSecond(load: Load, options: LoadOptions = {}): number {
  const { operations, durationNs } = runOf(load, options);
  const count = Object.values(operations).reduce((sum, operation) => sum + operation.count, 0);
  return (count * 1e9) / durationNs;
}

/** Bytes read back and checked, a second. */
export function checkedBytesPerSecond(load: Load): number {
  const { operations, durationNs } = runOf(load, { integrity: 'strict' });
  return ((operations.read?.bytes ?? 0) * 1e9) / durationNs;
}

/** Our classes by themselves: the same subcommands as the C reference has. */
export function probe(parameters: readonly (string | number)[]): Record<string, number> {
  return JSON.parse(outputOf(process.execPath, [PROBE, ...parameters.map(String)]));
}

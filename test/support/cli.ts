import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type Result, resultSchema } from '../../src/report/result-schema.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/src/cli/main.js');

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of Node itself, before the program's name. */
  readonly nodeFlags?: readonly string[];
  /** Sent as soon as stderr shows that the load is running. */
  readonly signalWhenRunning?: NodeJS.Signals;
  /** Called at that moment with what sends signals. */
  readonly whenRunning?: (send: (signal: NodeJS.Signals) => void) => void;
}

/** Calls the built program as a shell would, in the project's folder, without a terminal. */
export function sparestorm(words: readonly string[], options: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.nodeFlags ?? []), MAIN, ...words], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let isSignalled = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (!isSignalled && /^\[\d/m.test(stderr)) {
        isSignalled = true;
        if (options.signalWhenRunning !== undefined) child.kill(options.signalWhenRunning);
        options.whenRunning?.((signal) => child.kill(signal));
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Some tests copy the build several times over, and the disk may have other work. */
const REMOVAL_MS = 60_000;

/** A folder of this test file's own, gone when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sparestorm-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }), REMOVAL_MS);
  return folder;
}

/** Runs one scenario with --json into `out`; the document's only result, valid by its schema. */
export async function runJson(
  out: string,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly result: Result; readonly folder: string }> {
  const { code, stdout, stderr } = await sparestorm(['run', '--json', '--out', out, ...words]);
  if (stdout === '') throw new Error(`no result: ${stderr}`);
  const document = JSON.parse(stdout) as { results: unknown[] };
  const result = resultSchema.parse(document.results[0]);
  const folder = newestFolder(out);
  const stored = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  resultSchema.parse(stored);
  return { code, result, folder };
}

export function newestFolder(out: string): string {
  const lines = readFileSync(join(out, 'index.jsonl'), 'utf8').trim().split('\n');
  return join(out, (JSON.parse(lines.at(-1) as string) as { folder: string }).folder);
}

/** Everything in a results folder, nothing when there is none. */
export function entriesOf(out: string): string[] {
  try {
    return readdirSync(out).sort();
  } catch {
    return [];
  }
}

export function verdictOf(result: Result, name: string): Result['checks'][number] {
  const check = result.checks.find((one) => one.name === name);
  if (check === undefined) throw new Error(`no check is called ${name}`);
  return check;
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from './table.ts';

/**
 * Goal: every small fault in a lock, and of a sample of those in the device, is noticed by a test,
 * or it is known why it cannot be; and no reason is given that does not hold.
 *
 * Method: the command that people run, on the locks in full and on a sample by seed of files of the
 * device.
 *
 * Not covered: the rest, which `npm run mutants` takes on in an hour and more.
 */
const MAIN = fileURLToPath(new URL('../../dist/test/mutants/main.js', import.meta.url));
const LOCKS = ['mcs-lock', 'mutex', 'queued-lock', 'relax', 'rendezvous', 'test-and-set-lock'];
const OTHER_LOCKS = ['test-and-test-and-set-lock', 'ticket-lock', 'no-lock', 'index'];
const HUNTED = ['bad-sectors', 'bitmap-allocator', 'failure-books', 'fault-controls'];
const HUNTED_TOO = ['guarded-control', 'health-words', 'linear-allocator', 'logged-medium'];
const METADATA = ['metadata-area', 'published-metadata', 'redundant-metadata', 'write-log'];
const PUBLISHED = ['published-completion', 'published-control'];
const DEVICE = ['device', 'index', 'linear-remap-table', 'published-cached-allocator'];
const SHARED = ['faulty-medium', 'published-slot-table', 'health-table', 'per-worker-allocator'];
const DEVICE_FILES = [...HUNTED, ...HUNTED_TOO, ...METADATA, ...PUBLISHED, ...DEVICE, ...SHARED];
const FILES = [
  ...[...LOCKS, ...OTHER_LOCKS].map((name) => `lock/${name}`),
  ...DEVICE_FILES.map((name) => `device/${name}`),
];

function hunted(args: readonly string[]): Promise<{ code: number; report: Report }> {
  return new Promise((resolve, reject) => {
    const most = { maxBuffer: 1 << 28 };
    execFile(process.execPath, [MAIN, '--json', ...args], most, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve({ code: Number(error?.code ?? 0), report: JSON.parse(stdout) as Report });
    });
  });
}

test('no mutant of the locks survives without a reason, nor one of a sample', async () => {
  const files = FILES.flatMap((file) => ['--file', file]);
  const { code, report } = await hunted([...files, '--whole', 'lock/', '--sample', '60']);
  const { unexplained, refuted, needless, total } = report;
  expect({ unexplained, refuted, needless }).toEqual({
    unexplained: [],
    refuted: [],
    needless: [],
  });
  expect(code).toBe(0);
  expect(total.mutants).toBeGreaterThan(450);
  // What never ends is found by its steps, not by a clock.
  expect(total.byStepBound).toBeGreaterThan(10);
  for (const { file, killed, mutants } of report.files) {
    if (file.startsWith('lock/') && mutants > 0)
      expect({ file, killed }).not.toEqual({ file, killed: 0 });
  }
});

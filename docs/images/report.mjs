/**
 * Takes the picture of a report that the README shows, from a run of its own. Works on the built
 * output, and needs Chromium (on the path, or named by CHROMIUM) and a quiet machine:
 *
 *     npm run build && node docs/images/report.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SCENARIO = 'scenarios/dm-remap-v4/direct-callers.yaml';

const scratch = mkdtempSync(join(tmpdir(), 'sparestorm-'));
try {
  const out = join(scratch, 'results');
  const main = join(ROOT, 'dist/src/cli/main.js');
  // Exit code 0: the collision that the scenario expects was found, and the picture shows it.
  execFileSync(process.execPath, [main, 'run', SCENARIO, '-q', '--out', out], { cwd: ROOT });
  const run = readdirSync(out).find((name) => name !== 'index.jsonl');
  const page = pathToFileURL(join(out, run, 'report.html')).href;
  execFileSync(
    process.env.CHROMIUM ?? 'chromium',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
      `--user-data-dir=${join(scratch, 'profile')}`,
      '--window-size=960,1260',
      '--virtual-time-budget=2000',
      `--screenshot=${join(ROOT, 'docs/images/report.png')}`,
      page,
    ],
    { stdio: 'ignore' },
  );
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

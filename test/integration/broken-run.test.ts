import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder } from '../support/cli.ts';
import { expectHolderNamed, LONG_RUN, withFaultyThread } from '../support/faulty-thread.ts';

/**
 * Goal: a run that breaks ends by itself within the watchdog's time, with exit 4, the cause, who
 * held what, and its partial results marked.
 *
 * Method: the faults that a scenario may plant in a thread of load. Not covered: the other locks; a
 * long test takes them.
 */
const out = temporaryFolder();

function built(module: string): string {
  return fileURLToPath(new URL(`../../dist/src/${module}`, import.meta.url));
}

describe('a thread of load', () => {
  test('that throws breaks the run, and its words are the reason', async () => {
    const { code, result } = await runJson(out, withFaultyThread('throw'));
    expect(code).toBe(4);
    expect(result.ending.kind).toBe('broken');
    expect(result.ending.reason).toMatch(/^thread 1 died: the fault that the scenario plants/);
    expect(result.ending.dump).toContainEqual(expect.stringMatching(/^thread 1: dead; 5000 /));
  });

  test('that is gone without a word breaks the run', async () => {
    const { code, result } = await runJson(out, withFaultyThread('exit'));
    expect(code).toBe(4);
    expect(result.ending.reason).toMatch(/^thread 1 died: /);
  });

  test('whose error arrives after all threads have finished breaks the run too', async () => {
    const late = join(out, 'late-worker.mjs');
    const run = join(out, 'late-run.mjs');
    writeFileSync(
      late,
      `import { attachMemory } from '${built('memory/attach.js')}';
      import { Gate } from '${built('memory/gate.js')}';
      import { ThreadStatus } from '${built('memory/layout.js')}';
      import { ThreadCounters } from '${built('record/thread-counters.js')}';
      export default function runThread({ plan, shared, thread }) {
        const memory = attachMemory(plan, shared);
        const gate = new Gate(memory.words, memory.floats, memory.layout);
        gate.arrive();
        gate.awaitStart();
        new ThreadCounters(memory, thread).status = ThreadStatus.failed;
        gate.stop();
        gate.finish();
        gate.sleepNs(300e6);
        throw new Error('late');
      }`,
    );
    writeFileSync(
      run,
      `import { readFileSync } from 'node:fs';
      import { runPlan } from '${built('coordinator.js')}';
      import { parseScenario } from '${built('scenario/parse.js')}';
      const { plan } = parseScenario('version: 1\\nname: late\\nload: { threads: 1, duration: 1s }\\njitter: off', {
        file: 'late.yaml', sets: [], env: {}, readFile: (path) => readFileSync(path, 'utf8'),
      });
      const { run } = await runPlan(plan, null, { workerEntry: new URL('file://${late}') });
      process.stdout.write(JSON.stringify(run.ending));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [run]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'broken', reason: 'thread 0 died: late' });
  });

  test('that never releases its lock breaks the run, and is named as the holder', async () => {
    await expectHolderNamed(out, 'test-and-test-and-set');
  });
});

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the load, keeps the results and exits %i', async (signal, code) => {
    const answer = await sparestorm(['run', ...LONG_RUN, '--out', out], {
      signalWhenRunning: signal,
    });
    expect(answer.code).toBe(code);
    expect(answer.stdout).toContain(`Interrupted by ${signal}`);
    expect(answer.stdout).toMatch(/result: {2}\S/);
  });
});

import { accessSync, constants, existsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { nowNs } from '../clock.ts';
import { EXIT } from '../errors.ts';
import { lockOn } from '../lock/index.ts';
import { STRIDE } from '../memory/layout.ts';
import { readClock, watchIdleLoop } from '../run/calibrate.ts';
import { formatBytes, formatNs, formatPercent } from '../units.ts';
import { TOOL } from '../version.ts';
import { terminalOf } from './terminal-of.ts';

interface Diagnosis {
  readonly name: string;
  readonly state: 'pass' | 'warn';
  readonly text: string;
}

const WATCH_NS = 300e6;
const LOCK_PAIRS = 100_000;

/** What this machine is as an instrument. Warnings do not change the exit code. */
export function doctorCommand(args: { readonly out: string; readonly json: boolean }): number {
  const diagnoses = [
    node(),
    cores(),
    memory(),
    clock(),
    lock(),
    jitter(),
    results(args.out),
    terminal(),
  ];
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ tool: TOOL, diagnoses }, null, 2)}\n`);
    return EXIT.held;
  }
  const { unicode } = terminalOf(process.stdout);
  const marks = unicode ? { pass: '✓', warn: '!' } : { pass: 'ok', warn: '!' };
  for (const { name, state, text } of diagnoses) {
    process.stdout.write(`${marks[state].padEnd(3)}${name.padEnd(10)}${text}\n`);
  }
  return EXIT.held;
}

function node(): Diagnosis {
  const pause = 'pause' in Atomics ? 'Atomics.pause' : 'no Atomics.pause, spins without it';
  return pass('node', `${process.versions.node}, V8 ${process.versions.v8}, ${pause}`);
}

function cores(): Diagnosis {
  const count = availableParallelism();
  const text = `${count} of ${cpus()[0]?.model.trim() ?? 'an unknown kind'}`;
  if (count >= 2) return pass('cores', text);
  return warn('cores', `${text}: threads never run at the same moment, races are found by luck`);
}

function memory(): Diagnosis {
  const text = `${formatBytes(freemem())} free of ${formatBytes(totalmem())}; a run uses at most 4GiB`;
  return freemem() > 512 * 1024 * 1024 ? pass('memory', text) : warn('memory', text);
}

function clock(): Diagnosis {
  readClock(20_000);
  const { costNs, stepNs } = readClock(50_000);
  const text = `${formatNs(Math.round(costNs))} a reading, steps of ${formatNs(stepNs)}`;
  if (costNs < 150 && stepNs <= 100) return pass('clock', text);
  return warn('clock', `${text}: latencies below ${formatNs(5 * stepNs)} say little`);
}

function lock(): Diagnosis {
  const words = new Int32Array(new SharedArrayBuffer(STRIDE * 4));
  const one = lockOn('test-and-test-and-set', words, 0);
  const run = (): number => {
    const startedNs = nowNs();
    for (let pair = 0; pair < LOCK_PAIRS; pair++) {
      one.acquire(0);
      one.release(0);
    }
    return (nowNs() - startedNs) / LOCK_PAIRS;
  };
  run();
  return pass('lock', `${formatNs(Math.round(run()))} an uncontended acquire and release`);
}

function jitter(): Diagnosis {
  const { maxNs, lostShare } = watchIdleLoop(WATCH_NS);
  const text = `longest stall ${formatNs(maxNs)}, ${formatPercent(lostShare)} of time lost in stalls`;
  if (lostShare < 0.06) return pass('jitter', text);
  return warn('jitter', `${text}: other work disturbs measurements`);
}

function results(out: string): Diagnosis {
  const folder = existsSync(out) ? out : dirname(resolve(out));
  try {
    accessSync(folder, constants.W_OK);
    return pass('results', `${resolve(out)} can be written`);
  } catch {
    return warn('results', `${resolve(out)} cannot be written; --out names another folder`);
  }
}

function terminal(): Diagnosis {
  const { color, unicode, width, isLive } = terminalOf(process.stdout);
  const words = [
    `${width} columns`,
    color ? 'colour' : 'no colour',
    unicode ? 'Unicode' : 'ASCII',
    isLive ? 'live panel' : 'no live panel',
  ];
  return pass('terminal', words.join(', '));
}

function pass(name: string, text: string): Diagnosis {
  return { name, state: 'pass', text };
}

function warn(name: string, text: string): Diagnosis {
  return { name, state: 'warn', text };
}
